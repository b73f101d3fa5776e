internal import MailTypes

/// The arguments of a management verb while they are being read; what nobody asked for is an error.
struct ThrottleArguments {
    static let limits: [(argument: String, name: LimitName)] = [
        ("msg-size", .messageSize), ("max-msgs", .messages), ("max-quota", .quota), ("max-rcpts", .recipients),
    ]

    private var values: [String: String]

    init(_ values: [String: String]) {
        self.values = values
    }

    func has(_ name: String) -> Bool {
        values[name] != nil
    }

    mutating func optional(_ name: String) -> String? {
        values.removeValue(forKey: name)
    }

    mutating func required(_ name: String) throws(ThrottleCommandError) -> String {
        guard let value = optional(name), !value.isEmpty else { throw ThrottleCommandError("\(name)= is missing") }
        return value
    }

    mutating func kind() throws(ThrottleCommandError) -> ThrottleKind? {
        guard let text = optional("kind") else { return nil }
        guard let kind = ThrottleKind(rawValue: text) else {
            throw ThrottleCommandError("kind=\(text) is none of outbound, external, inbound")
        }
        return kind
    }

    mutating func number(_ name: String, in range: ClosedRange<Int64>) throws(ThrottleCommandError) -> Int64? {
        guard let text = optional(name) else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw ThrottleCommandError(
                "\(name)=\(text) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func pattern() throws(ThrottleCommandError) -> AddressPattern {
        let text = try required("account")
        guard let pattern = AddressPattern(parsing: text) else {
            throw ThrottleCommandError(
                "account=\(text) is neither an address, user@*, @domain, @.domain, @., @ip, nor a client's address, "
                    + "network or 192.0.2.*")
        }
        guard case .email = pattern else { return pattern }
        do {
            return .email(try Mailbox(typed: text))
        } catch {
            throw ThrottleCommandError("account=\(text) is \(error)")
        }
    }

    func finish() throws(ThrottleCommandError) {
        guard let name = values.keys.sorted().first else { return }
        throw ThrottleCommandError("unknown argument \(name)=")
    }
}
