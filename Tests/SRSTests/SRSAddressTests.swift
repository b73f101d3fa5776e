import SRS
import Testing

@Suite struct SRSAddressTests {
    @Test(arguments: ["SRS0=", "srs0=", "Srs0-", "sRS0+"])
    func readsSRS0(tag: String) {
        let expected = SRSAddress.srs0(hash: "iHbP", timestamp: "G3", host: "a.example", local: "al=ice")
        #expect(SRSAddress(parsing: "\(tag)iHbP=G3=a.example=al=ice") == expected)
    }

    @Test(arguments: [
        ("SRS1=azCr=fwd.example==iHbP=G3=a.example=alice", "=iHbP=G3=a.example=alice"),
        ("srs1-azCr=fwd.example=-x", "-x"), ("SRS1+azCr=fwd.example=+x=y", "+x=y"),
    ])
    func readsSRS1(text: String, opaque: String) {
        let expected = SRSAddress.srs1(hash: "azCr", firstHop: "fwd.example", opaque: opaque)
        #expect(SRSAddress(parsing: text) == expected)
    }

    @Test(arguments: [
        "", "SRS0", "SRS0=", "SRS0=h", "SRS0=h=t", "SRS0=h=t=a.example", "SRS0=h=t=a.example=", "SRS0==t=a.example=x",
        "SRS0=h==a.example=x", "SRS0=h=t==x", "SRS2=h=t=a.example=x", "xSRS0=h=t=a.example=x", "SRS0h=t=a.example=x",
        "SRS0=h=t=a b=x", "SRS0=h=t=a@b.example=x", "SRS1=h=a.example=", "SRS1=h=a.example==", "SRS1=h=a.example=x",
        "SRS1=h==x", "SRS1==a.example==x", "SRS1=h=a..example==x", "SRS1=h", "alice", "SRS0.h=t=a.example=x",
    ])
    func refuses(text: String) {
        #expect(SRSAddress(parsing: text) == nil)
    }

    @Test func writesCapitalsAndEqualSigns() {
        #expect(SRSAddress(parsing: "srs0+h=t=A.example=b")?.description == "SRS0=h=t=A.example=b")
        #expect(SRSAddress(parsing: "srs1-h=a.example=-x")?.description == "SRS1=h=a.example=-x")
    }
}
