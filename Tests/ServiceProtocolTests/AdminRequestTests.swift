import NIOCore
import PostfixProtocol
import ServiceProtocol
import Testing

@Suite struct AdminRequestTests {
    @Test func itIsWrittenAndReadBack() throws {
        let request = AdminRequest(verb: "delete", arguments: ["name": "a=b", "after": "100%\n"])
        #expect(lines(request.encode) == ["request=delete", "after=100%25%0A", "name=a=b"])
        let read = try #require(AdminRequest(try sent(request.encode), peerUserID: 1_000))
        #expect(read.verb == "delete")
        #expect(read.arguments == request.arguments)
        #expect(read.peerUserID == 1_000)
    }

    @Test(arguments: ["request=", "verb=list"]) func withoutAVerbItIsNone(_ line: String) throws {
        #expect(AdminRequest(try received(line), peerUserID: nil) == nil)
    }

    @Test(arguments: [
        AdminReply.done, .failed("no such row"), .failed(""),
        .done(columns: ["a", "b"], rows: [["1", "2"], ["", ""], ["3", "100%\n"]], next: "3"),
        .done(columns: ["a"], rows: (0..<12).map { ["\($0)"] }, next: nil),
        .done(columns: ["a"], rows: [[""]], next: ""),
    ])
    func repliesAreReadBack(_ reply: AdminReply) throws {
        #expect(AdminReply(try sent(reply.encode)) == reply)
    }

    @Test func tabsInAFieldBecomeSpaces() throws {
        let reply = AdminReply.done(columns: ["a", "b"], rows: [["x\ty", "z"]], next: nil)
        #expect(AdminReply(try sent(reply.encode)) == .done(columns: ["a", "b"], rows: [["x y", "z"]], next: nil))
    }

    /// A combining mark makes one character of a tab and itself, but no part of a field.
    @Test func marksBesideTabs() throws {
        let reply = AdminReply.done(columns: ["a", "b"], rows: [["\u{301}x", "\u{301}"]], next: nil)
        #expect(AdminReply(try sent(reply.encode)) == reply)
        let tabs = AdminReply.done(columns: ["a", "b"], rows: [["x\t\u{301}y", "z"]], next: nil)
        #expect(
            AdminReply(try sent(tabs.encode)) == .done(columns: ["a", "b"], rows: [["x \u{301}y", "z"]], next: nil))
    }

    @Test func aReplyHoldsNineHundredRows() throws {
        let rows = (0..<1_200).map { ["\($0)"] }
        let reply = AdminReply.done(columns: ["n"], rows: rows, next: "900")
        let read = AdminReply(try sent(reply.encode))
        #expect(read == .done(columns: ["n"], rows: Array(rows.prefix(900)), next: "900"))
    }

    @Test(arguments: ["status=", "status=maybe", "error=x"]) func anythingElseIsNone(_ line: String) throws {
        #expect(AdminReply(try received(line)) == nil)
    }
}
