/// Why a message on a policy connection is not a request. No reply can be given: log it and close the connection.
public enum PolicyRequestError: Error, Equatable, CustomStringConvertible {
    /// There are attributes, but no `request` among them, or an empty one.
    case missingRequest
    /// `request` is not `smtpd_access_policy`.
    case unknownRequest(String)

    /// One line for the log; the peer's text is quoted, escaped and cut.
    public var description: String {
        switch self {
        case .missingRequest: "the attribute \"request\" is missing"
        case .unknownRequest(let name): "unknown request \(LogText.quote(name))"
        }
    }
}
