import Glibc

/// Asks policy requests as Postfix's smtpd does: one at a time on a kept connection, with a second try on a new
/// connection when the first one closes before a reply.
public final class PolicyClient {
    private let address: Socket.Address
    private let tries: Int
    private let pause: UInt32
    private var socket: Socket?

    /// A client; `pause` microseconds pass before the second try (Postfix waits 1 s).
    public init(_ address: Socket.Address, tries: Int = 2, pause: UInt32 = 1_000_000) {
        self.address = address
        self.tries = tries
        self.pause = pause
    }

    /// The action for a request; nil when every try failed.
    public func ask(_ request: String) -> String? {
        for attempt in 0..<tries {
            if attempt > 0 { usleep(pause) }
            if socket == nil { socket = Socket(address) }
            if let socket, socket.send(request), let reply = socket.receive(through: "\n\n"),
                reply.hasPrefix("action=")
            {
                return String(reply.dropFirst("action=".count).dropLast(2))
            }
            socket = nil
        }
        return nil
    }

    /// A request from attributes; `request=smtpd_access_policy` stands before them.
    public static func request(_ attributes: KeyValuePairs<String, String>) -> String {
        "request=smtpd_access_policy\n" + attributes.map { "\($0.key)=\($0.value)\n" }.joined() + "\n"
    }
}
