import MailTypes
import Testing

@Suite struct JoinedTextTests {
    @Test func textsStandOneAfterTheOther() {
        #expect(
            String(joining: "SRS0=", "", "büro", "=", "\u{301}x", String(repeating: "y", count: 40))
                == "SRS0=" + "büro=\u{301}x" + String(repeating: "y", count: 40))
        #expect(String(joining: "", "") == "")
        #expect(String(joining: "a") == "a")
    }
}
