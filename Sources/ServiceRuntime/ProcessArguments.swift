internal import Glibc

/// The command line of a daemon: where its configuration is, and nothing secret.
struct ProcessArguments: Equatable {
    enum Request: Equatable {
        case serve(configuration: String)
        case version
        case help
    }

    /// Where the configuration is unless `--config` or POSTERN_CONFIG say otherwise.
    static let defaultPath = "/etc/postern/postern.yaml"

    /// The words are those after the program's name.
    static func parse(_ words: [String], environmentPath: String?) -> Result<Request, ProcessArgumentError> {
        var path = environmentPath ?? defaultPath
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--version": return .success(.version)
            case "--help", "-h": return .success(.help)
            case "--config":
                guard let value = rest.popFirst() else { return .failure(.init(text: "--config needs a path")) }
                path = value
            default: return .failure(.init(text: "unknown argument '\(word)'"))
            }
        }
        return .success(.serve(configuration: path))
    }
}

struct ProcessArgumentError: Error, Equatable {
    let text: String
}
