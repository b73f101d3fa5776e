import Testing

@testable import Frontend

@Suite struct RecipientSetTests {
    @Test func eachStandsOnce() {
        var recipients: RecipientSet = []
        #expect(recipients.isEmpty)
        #expect(recipients.sorted() == [])
        for (recipient, expected) in [("b@x", 1), ("b@x", 1), ("a@x", 2), ("B@x", 3), ("a@x", 3), ("b@x", 3)] {
            recipients.insert(recipient)
            #expect(recipients.count == expected)
        }
        #expect(!recipients.isEmpty)
        #expect(recipients.sorted() == ["B@x", "a@x", "b@x"])
        #expect((["c@x", "c@x"] as RecipientSet).sorted() == ["c@x"])
    }
}
