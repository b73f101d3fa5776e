import Configuration
import ServiceProtocol

@testable import Frontend

extension FrontendConfiguration {
    /// Reads the mapping `frontend` of a file `f`.
    static func read(_ text: String) throws(ConfigurationErrors) -> FrontendConfiguration {
        try ConfigurationDocument(text: text, file: "f").read { top in
            FrontendConfiguration(
                from: top.mapping("frontend"), common: CommonConfiguration(from: top.mapping("common")))
        }
    }

    /// The faults of that text, one a line; nothing when there is none.
    static func faults(_ text: String) -> String {
        do throws(ConfigurationErrors) {
            _ = try read(text)
            return ""
        } catch {
            return error.description
        }
    }

    /// The only fault of that text, without its place.
    static func fault(_ text: String) -> String {
        String(faults(text).drop { $0 != " " }.dropFirst())
    }

    /// What `normalised` prints, as a file that can be read again.
    var text: String {
        ConfigurationPrinter.yaml(ConfigurationNode(mapping: [("frontend", normalised())]))
    }
}

/// A text with the faults it has.
struct Fault: Sendable {
    let text: String
    let message: String

    init(_ text: String, _ message: String) {
        self.text = text
        self.message = message
    }
}
