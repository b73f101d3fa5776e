internal import Glibc
public import ServiceProtocol

/// Why `postern run` cannot begin.
public enum SupervisorError: Error, Equatable, CustomStringConvertible {
    /// Somebody else listens there.
    case addressInUse(SocketAddressText)
    /// The path of a Unix socket is taken by a file of another kind.
    case notASocket(path: String)
    /// The group that should own a Unix socket is unknown to this host.
    case unknownGroup(String)
    /// Two services have the same name.
    case duplicateService(String)
    /// A service's or socket's name is empty or has characters that LISTEN_FDNAMES or a file name cannot hold.
    case malformedName(String)
    /// A system call failed; `code` is its `errno`.
    case system(attempt: String, code: Int32)

    /// The error in one line.
    public var description: String {
        switch self {
        case .addressInUse(let address): "cannot listen on \(address): the address is in use"
        case .notASocket(let path): "cannot listen on unix:\(path): the path is taken by a file that is no socket"
        case .unknownGroup(let name): "there is no group '\(name)' on this host"
        case .duplicateService(let name): "there are two services named '\(name)'"
        case .malformedName(let name): "'\(name)' is not a name: expected letters, digits, '.', '_', '@' and '-'"
        case .system(let attempt, let code): "cannot \(attempt): \(String(cString: strerror(code)))"
        }
    }
}
