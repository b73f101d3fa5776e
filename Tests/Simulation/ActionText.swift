/// Postfix actions as plain text, read by rules of the simulation's own, so that it does not repeat a mistake of the
/// code it tests.
enum ActionText {
    static func keyword(_ text: String) -> String {
        String(text.prefix { $0 != " " })
    }

    static func isFinal(_ text: String) -> Bool {
        let word = keyword(text)
        return ["REJECT", "DEFER", "OK"].contains(word) || isCode(word)
    }

    static func isDeferral(_ text: String) -> Bool {
        keyword(text).hasPrefix("DEFER_IF_")
    }

    /// Whether Postfix refuses the recipient for it.
    static func refuses(_ text: String) -> Bool {
        let word = keyword(text)
        return isCode(word) || ["REJECT", "DEFER", "DEFER_IF_PERMIT"].contains(word)
    }

    private static func isCode(_ word: String) -> Bool {
        word.utf8.count == 3 && (word.hasPrefix("4") || word.hasPrefix("5"))
    }

    /// The order among carried actions when one of them becomes the reply.
    static func rank(_ text: String, isFailureRule: Bool) -> Int {
        switch keyword(text) {
        case "DEFER_IF_PERMIT": isFailureRule ? 3 : 1
        case "DEFER_IF_REJECT": 2
        case "DISCARD": 4
        case "REDIRECT": 5
        case "FILTER": 6
        case "HOLD": 7
        case "PREPEND", "BCC": 8
        default: 9
        }
    }

    /// Whether an unsent action still makes sense at the next request of the message.
    static func waits(_ text: String, at state: String) -> Bool {
        switch keyword(text) {
        case "HOLD", "REDIRECT", "FILTER", "BCC": state != "END-OF-MESSAGE"
        case "PREPEND": state != "END-OF-MESSAGE" && state != "DATA"
        default: false
        }
    }

    /// An action no other check gives, or none, or pass.
    static func random(_ number: Int, opinionPercent: Int, random: inout SplitMix64) -> String {
        guard random.chance(opinionPercent) else { return random.chance(10) ? "DUNNO" : "none" }
        let all = [
            "pass", "REJECT no \(number)", "554 5.7.1 no \(number)", "451 4.7.1 later \(number)", "DEFER \(number)",
            "OK", "PREPEND X-Test: \(number)", "PREPEND X-Test: \(number)", "BCC bcc\(number)@example.com",
            "INFO \(number)", "WARN 100% \(number)", "HOLD \(number)", "FILTER smtp:filter\(number)",
            "REDIRECT other\(number)@example.com", "DISCARD \(number)", "DEFER_IF_PERMIT \(number)",
            "DEFER_IF_REJECT \(number)",
        ]
        return random.pick(all)
    }
}
