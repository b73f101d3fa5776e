import NIOCore
import PostfixProtocol
import Testing

@Suite struct PolicyAttributeSetTests {
    @Test func namesAreReadBack() {
        let all = PolicyAttributeSet(names: PolicyAttribute.allCases.map(\.name))
        #expect(all == .all)
        #expect(PolicyAttributeSet.all.names == PolicyAttribute.allCases.map(\.name))
        let some: PolicyAttributeSet = [.sender, .tlsSNI, .request]
        #expect(some.names == ["request", "sender", "tls_sni"])
        #expect(PolicyAttributeSet(names: ["sender", "no_such_attribute", "", "tls_sni", "request"]) == some)
        #expect(PolicyAttribute.allCases.filter { some.contains($0) } == [.request, .sender, .tlsSNI])
        #expect(PolicyAttributeSet(names: [String]()).isEmpty)
        #expect(some.intersection([.sender, .size]) == [.sender])
    }

    private static let request = PolicyRequest.make([
        .request: "smtpd_access_policy", .protocolState: "RCPT", .sender: "100%@example.com", .size: "1",
        .saslUsername: "",
    ])

    @Test func onlyTheWantedLinesAreWritten() {
        func lines(_ wanted: PolicyAttributeSet) -> [String] {
            var buffer = ByteBuffer()
            Self.request.encodeAttributes(wanted, into: &buffer)
            return String(buffer: buffer).split(separator: "\n").map(String.init)
        }
        #expect(lines([.size, .sender, .saslUsername, .tlsSNI, .request]) == ["sender=100%25@example.com", "size=1"])
        #expect(lines([]) == [])
        #expect(lines(.all) == ["protocol_state=RCPT", "sender=100%25@example.com", "size=1"])
    }

    @Test func theLengthIsThatOfAllLines() throws {
        let long = String(repeating: "%", count: 30_000)
        let captured = try Corpus.requests.map { try PolicyRequest(ByteBuffer(string: $0)) }
        let others: [PolicyRequest] = [
            Self.request, .make([:]),
            .make(Dictionary(uniqueKeysWithValues: PolicyAttribute.allCases.map { ($0, "%") })),
            .make([.heloName: long, .sender: String(repeating: "a", count: 70_000)]),
            try PolicyRequest(ByteBuffer(string: "request=smtpd_access_policy\nsender=a@b\nsender=b")),
        ]
        for request in captured + others {
            var buffer = ByteBuffer()
            request.encodeAttributes(into: &buffer)
            #expect(request.encodedLength == buffer.readableBytes)
            #expect(request.greatestEncodedLength >= buffer.readableBytes)
        }
    }

    @Test func whoReadsLessSeesLess() {
        let seen = Self.request.reading([.sender, .recipient])
        #expect(seen.string(.sender) == "100%@example.com")
        #expect(seen.isEmpty(.size))
        #expect(seen.isEmpty(.request))
        #expect(seen.protocolState == .missing)
        #expect(Self.request.reading(.all) == Self.request)
        #expect(Self.request.reading([.protocolState]).protocolState == .rcpt)
        #expect(Self.request.reading([]).isEmpty)
    }
}
