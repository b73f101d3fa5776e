internal import ServiceTransport

/// Why a check could not be decided: a closed set, so that failures can be counted.
public enum FailureReason: Int, Sendable, CaseIterable {
    /// No answer in time.
    case expired
    /// The service failed repeatedly and is left alone for a moment.
    case leftAlone
    /// Too much waits for the service already.
    case queueFull
    /// The connection was lost and the question may not be asked twice.
    case connectionLost
    /// The service said so, or its reply could not be used.
    case error
    /// The time of the whole request is up.
    case deadline
    /// Too many requests are under way.
    case tooMany

    /// Why a question got no answer.
    init(_ failure: AskFailure) {
        switch failure {
        case .expired: self = .expired
        case .breakerOpen: self = .leftAlone
        case .queueFull: self = .queueFull
        case .connectionLost: self = .connectionLost
        }
    }

    /// As counters name it.
    public var word: String {
        switch self {
        case .expired: AskFailure.expired.rawValue
        case .leftAlone: AskFailure.breakerOpen.rawValue
        case .queueFull: AskFailure.queueFull.rawValue
        case .connectionLost: AskFailure.connectionLost.rawValue
        case .error: "error"
        case .deadline: "deadline"
        case .tooMany: "too-many"
        }
    }

    /// As the log tells it.
    public var text: String {
        switch self {
        case .deadline: "deadline of the request"
        case .tooMany: "too many requests under way"
        default: word
        }
    }
}
