import MailTypes
import SRS
import SRSForgeries
import Testing

@Suite struct SRSRoundTripTests {
    @Test func threeHopsAndBack() throws {
        let hops = [
            try rewriter("fwd.example"), try rewriter("hop2.example", secrets: ["b"]), try rewriter("c.example"),
        ]
        var address = "Alice@A.example"
        for hop in hops {
            address = try #require(hop.forward(address, day: vectorDay).address)
        }
        #expect(address.hasPrefix("SRS1=") && address.hasSuffix("@c.example"))
        // The last hop sends the bounce to the first one at once.
        address = try #require(hops[2].reverse(address, day: vectorDay, locality: .foreign).address)
        #expect(address.hasPrefix("SRS0=") && address.hasSuffix("@fwd.example"))
        #expect(hops[0].reverse(address, day: vectorDay, locality: .foreign) == .rewritten("Alice@A.example"))
    }

    @Test(arguments: [
        // The address in SMTP form, and without quotes.
        ("\"a@b\"@a.example", "a@b@a.example"), ("\"a@b@c\"@a.example", "a@b@c@a.example"),
        ("\"quo ted\"@a.example", "quo ted@a.example"), ("\"a..b\"@a.example", "a..b@a.example"),
        ("\"a\\\"b\"@a.example", "a\"b@a.example"), ("josé@bücher.example", "josé@bücher.example"),
        ("josé@xn--bcher-kva.example", "josé@xn--bcher-kva.example"), ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ("prvs=1234abcdef=u@a.example", "prvs=1234abcdef=u@a.example"), ("a=b+c-d@localhost", "a=b+c-d@localhost"),
        ("o'brien!/{}#@a.example", "o'brien!/{}#@a.example"), ("SRS0=@a.example", "SRS0=@a.example"),
        ("SRS1=x@a.example", "SRS1=x@a.example"), ("\".a\"@a.example", ".a@a.example"),
        // A combining mark behind the quote makes one character of the two.
        ("\u{301}b@a.example", "\u{301}b@a.example"), ("\"\u{301} b\"@a.example", "\u{301} b@a.example"),
    ])
    func specialAddresses(path: String, unquoted: String) throws {
        let rewriter = try rewriter()
        let outcome = rewriter.forward(path, day: vectorDay)
        #expect(rewriter.forward(unquoted, day: vectorDay) == outcome)
        let address = try #require(outcome.address)
        #expect(Mailbox(smtpPath: address)?.smtpPath == address)
        #expect(rewriter.reverse(address, day: vectorDay, locality: .foreign) == .rewritten(path))
        let internalForm = try #require(Mailbox(smtpPath: address)?.original)
        #expect(rewriter.reverse(internalForm, day: vectorDay, locality: .foreign) == .rewritten(path))
    }

    @Test(arguments: ["+", "/"])
    func hashesWithSigns(sign: Character) throws {
        let rewriter = try rewriter(hashLength: 4)
        let senders = (0..<500).map { "u\($0)@a.example" }
        let hits = senders.filter { sender in
            rewriter.forward(sender, day: vectorDay).address?.prefix(9).dropFirst(5).contains(sign) ?? false
        }
        #expect(hits.count > 3)
        for sender in hits {
            let address = try #require(rewriter.forward(sender, day: vectorDay).address)
            #expect(!address.hasPrefix("\""))
            #expect(rewriter.reverse(address, day: vectorDay, locality: .foreign) == .rewritten(sender))
            let lowered = rewriter.reverse(address.lowercased(), day: vectorDay, locality: .foreign)
            #expect(lowered == .rewritten(sender))
        }
    }

    @Test func anyAddress() throws {
        var generator = SeededGenerator(seed: 42)
        let rewriter = try rewriter(secrets: ["one", "two"])
        var rewritten = 0
        for _ in 0..<5000 {
            let sender = RandomAddress.make(using: &generator)
            let day = Int.random(in: 0...100_000, using: &generator)
            let outcome = rewriter.forward(sender.smtpPath, day: day)
            let address = try #require(outcome.address)
            if case .shortened(_, let original) = outcome {
                #expect(original.address == sender.smtpPath)
                let found = rewriter.reverse(address.lowercased(), day: day, locality: .foreign)
                #expect(found == .kept(original.identifier))
                continue
            }
            rewritten += 1
            let later = day + Int.random(in: 0...20, using: &generator)
            #expect(rewriter.reverse(address, day: later, locality: .foreign) == .rewritten(sender.smtpPath))
            let lowered = rewriter.reverse(address.lowercased(), day: later, locality: .foreign)
            #expect(lowered == .rewritten(sender.smtpPath.lowercased()))
        }
        #expect(rewritten > 4000)
    }

    @Test func noChangedCharacterVerifies() throws {
        var generator = SeededGenerator(seed: 43)
        let rewriter = try rewriter(hashLength: 12)
        let address = try #require(rewriter.forward("alice@a.example", day: vectorDay).address)
        let signed = Array(address.utf8.prefix { $0 != UInt8(ascii: "@") })
        for index in 5..<signed.count {
            var forged = signed
            forged[index] = UInt8(ascii: "a") + UInt8.random(in: 0..<26, using: &generator)
            let text = String(decoding: forged, as: UTF8.self)
            let isSame = text.lowercased() == String(decoding: signed, as: UTF8.self).lowercased()
            let outcome = rewriter.reverse("\(text)@fwd.example", day: vectorDay, locality: .foreign)
            #expect((outcome.address != nil) == isSame)
        }
    }
}

/// Addresses with every printable character, now and then some of other scripts.
private enum RandomAddress {
    private static let scripts: [Unicode.Scalar] = ["é", "Ü", "ж", "漢", "😀", "İ"]

    static func make(using generator: inout SeededGenerator) -> Mailbox {
        while true {
            var local = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...24, using: &generator) {
                local.append(scalar(using: &generator))
            }
            let host = ["a.example", "Mail.Example.ORG", "bücher.example", "localhost"].randomElement(using: &generator)
            if let mailbox = Mailbox(parsing: "\(String(local))@\(host ?? "b.example")"), !mailbox.isSRS {
                return mailbox
            }
        }
    }

    private static func scalar(using generator: inout SeededGenerator) -> Unicode.Scalar {
        if Int.random(in: 0..<20, using: &generator) == 0 {
            return scripts.randomElement(using: &generator) ?? "x"
        }
        return Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &generator))
    }
}
