import MailTypes
import SRS
import Testing

/// Mail that comes round: whatever was rewritten is reversed look-up by look-up, as Postfix does it, and ends.
@Suite struct SRSLoopTests {
    /// Postfix looks a result up again until it does not change.
    private func reversed(_ address: String, by hosts: [SRSRewriter]) -> (address: String, steps: Int) {
        var current = address
        for step in 0..<20 {
            let next = hosts.lazy.compactMap { host in
                host.reverse(current, day: vectorDay, locality: .foreign).address
            }.first
            guard let next else { return (current, step) }
            current = next
        }
        return (current, 20)
    }

    @Test func betweenTwoForwardersThatForwardToEachOther() throws {
        let (one, two) = (try rewriter("one.example"), try rewriter("two.example", secrets: ["b"]))
        var address = "alice@a.example"
        for round in 0..<6 {
            let host = round % 2 == 0 ? one : two
            let outcome = host.forward(address, day: vectorDay)
            address = outcome.address ?? address
            #expect(address.utf8.count <= 254)
        }
        // SRS0, then SRS1 at each in turn: it does not grow.
        #expect(address.hasPrefix("SRS1=") && address.hasSuffix("@two.example"))
        #expect(reversed(address, by: [one, two]) == ("alice@a.example", 2))
    }

    @Test func aForwarderThatForwardsToItself() throws {
        let host = try rewriter()
        let once = try #require(host.forward("alice@a.example", day: vectorDay).address)
        #expect(host.forward(once, day: vectorDay) == .bypassed(.srsDomain))
        #expect(reversed(once, by: [host]) == ("alice@a.example", 1))
    }

    /// An address of ours that another host has wrapped once more and sent back.
    @Test func anAddressOfOursInsideOfOurs() throws {
        let (here, there) = (try rewriter(), try rewriter("two.example", secrets: ["b"]))
        let ours = try #require(here.forward("alice@a.example", day: vectorDay).address)
        let theirs = try #require(there.forward(ours, day: vectorDay).address)
        let again = try #require(here.forward(theirs, day: vectorDay).address)
        #expect(again.hasPrefix("SRS1=") && again.contains("=fwd.example=="))
        #expect(reversed(again, by: [here]) == ("alice@a.example", 2))
    }

    /// Somebody else's address in transit stays as it is, whatever its hash.
    @Test(arguments: [
        "SRS0=iHbP=G3=a.example=alice@elsewhere.example", "SRS1=azCr=fwd.example==iHbP=G3=x=y@elsewhere.example",
    ])
    func inTransit(address: String) throws {
        #expect(try rewriter().reverse(address, day: vectorDay, locality: .foreign) == .bypassed(.notSRS))
    }
}
