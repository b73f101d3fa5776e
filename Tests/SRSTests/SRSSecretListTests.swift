import MailTypes
import SRS
import Testing

@Suite struct SRSSecretListTests {
    private func list(_ text: String) throws -> SRSSecretList { try SRSSecretList(parsing: text) }

    private func secret(_ text: String, lastDay: Int? = nil) throws -> SRSSecret {
        try #require(SRSSecret(text, lastDay: lastDay))
    }

    @Test func readsLines() throws {
        let read = try list("first\r\n\nthe second, with blanks\n third\tuntil=2023-11-14\nfourth\tother=1\n")
        #expect(
            read.secrets == [
                try secret("first"), try secret("the second, with blanks"), try secret(" third", lastDay: 19675),
                try secret("fourth\tother=1"),
            ])
        #expect(try list(read.revealed()) == read)
        #expect(try list("\n \n").secrets == [secret(" ")])
        #expect(try list("").secrets.isEmpty)
    }

    @Test(arguments: [
        ("a\tuntil=", "line 1: expected a day such as 2030-12-31 after \"until=\""),
        ("a\nb\tuntil=2026-02-30", "line 2: expected a day such as 2030-12-31 after \"until=\""),
        ("\tuntil=2026-02-28", "line 1 has an end and no secret"),
        ("same\nother\nsame\tuntil=2026-02-28", "line 3 holds a secret that an earlier line holds as well"),
    ])
    func faults(text: String, expected: String) {
        let fault = #expect(throws: SRSSecretList.Fault.self) { try list(text) }
        #expect(fault?.description == expected)
    }

    @Test func fingerprints() throws {
        let one = try secret("one")
        #expect(one.fingerprint.utf8.count == 16)
        #expect(one.fingerprint == (try secret("one", lastDay: 5).fingerprint))
        #expect(one.fingerprint != (try secret("two").fingerprint))
    }

    @Test func theFirstThatHasNotEndedSigns() throws {
        let read = try list("a\tuntil=1970-01-11\nb\nc")
        #expect(read.signing(on: 10)?.fingerprint == (try secret("a").fingerprint))
        #expect(read.signing(on: 11)?.fingerprint == (try secret("b").fingerprint))
        #expect(try list("a\tuntil=1970-01-11").signing(on: 11) == nil)
    }

    // MARK: - Rotation

    @Test func theFirstOfAllSigns() throws {
        var secrets = SRSSecretList([])
        try secrets.add(try secret("new"))
        #expect(secrets.signing(on: 0) == (try secret("new")))
    }

    /// While one host has taken a step and the other has not, both verify what both sign.
    @Test func twoSteps() throws {
        let (today, validity) = (vectorDay, 20)
        let before = try list("old")
        var added = before
        try added.add(try secret("new"))
        var promoted = added
        try promoted.promote(try secret("new").fingerprint, today: today, validity: validity)
        #expect(promoted.revealed() == "new\nold\tuntil=2023-12-04\n")

        for (one, other) in [(before, added), (added, before), (added, promoted), (promoted, added)] {
            let address = try #require(try host(one).forward("alice@a.example", day: today).address)
            let back = try host(other).reverse(address, day: today, locality: .foreign)
            #expect(back == .rewritten("alice@a.example"))
        }
        // What the old one has signed on its last day is reversed for as long as it is valid, and no longer.
        let last = try #require(try host(before).forward("alice@a.example", day: today).address)
        let after = try host(promoted)
        #expect(after.reverse(last, day: today + validity, locality: .foreign) == .rewritten("alice@a.example"))
        #expect(after.reverse(last, day: today + validity + 1, locality: .foreign) == .failed(.badHash))
    }

    private func host(_ list: SRSSecretList) throws -> SRSRewriter {
        let signer = try #require(SRSSigner(secrets: list.secrets))
        let domain = try #require(Domain(parsing: "fwd.example"))
        return SRSRewriter(domains: SRSDomains(domain), hostname: nil, signer: signer)
    }

    @Test func promotionTakesAnEndAway() throws {
        var secrets = try list("old\tuntil=2023-11-20\nnew\tuntil=2024-01-01")
        try secrets.promote(try secret("new").fingerprint, today: vectorDay, validity: 20)
        #expect(secrets.revealed() == "new\nold\tuntil=2023-11-20\n")
    }

    @Test func refusals() throws {
        var secrets = try list("signs\nverifies\nended\tuntil=2023-11-13")
        let prints = secrets.secrets.map(\.fingerprint)
        let unchanged = secrets
        func refusal(_ body: () throws -> Void) -> String? {
            #expect(throws: SRSSecretList.Fault.self, performing: body)?.description
        }
        #expect(refusal { try secrets.add(try secret("ended")) } == "this secret is there already: \(prints[2])")
        #expect(
            refusal { try secrets.promote(prints[0], today: vectorDay, validity: 20) }
                == "the secret \(prints[0]) signs already")
        #expect(
            refusal { try secrets.promote(prints[2], today: vectorDay, validity: 20) }
                == "the secret \(prints[2]) has ended")
        #expect(
            refusal { try secrets.remove(prints[0], today: vectorDay) }
                == "the secret \(prints[0]) signs; promote another one first")
        #expect(refusal { try secrets.remove("zz", today: vectorDay) } == "no secret has the fingerprint zz")
        #expect(refusal { try secrets.remove("", today: vectorDay) } == "no secret has the fingerprint ")
        #expect(secrets == unchanged)
        try secrets.remove(String(prints[1].prefix(6)).uppercased(), today: vectorDay)
        #expect(secrets.secrets.map(\.fingerprint) == [prints[0], prints[2]])
    }

    @Test func anAmbiguousBeginning() throws {
        var secrets = SRSSecretList(try (0..<40).map { try secret("secret \($0)") })
        let groups = Dictionary(grouping: secrets.secrets) { $0.fingerprint.prefix(1) }
        let (letter, group) = try #require(groups.first { $0.value.count > 1 })
        let fault = #expect(throws: SRSSecretList.Fault.self) { try secrets.remove(String(letter), today: 0) }
        #expect(fault?.description == "\(group.count) secrets have a fingerprint that begins with \(letter)")
    }
}
