import Configuration
import Directory
import Frontend
import Greylist
import Reputation
import SRS
import ServiceProtocol
import Throttle

/// The whole configuration: YAML, the tree, and every service's part.
public enum ConfigurationTarget: FuzzTarget {
    /// `configuration`
    public static let name = "configuration"

    private static let file = "postern.yaml"

    /// Reads the bytes as a file; what is printed of it is a file that means the same.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let document: ConfigurationDocument
        do {
            document = try ConfigurationDocument(bytes: bytes, file: file)
        } catch {
            return try check(error, in: bytes)
        }
        let printed = ConfigurationPrinter.yaml(document.root)
        let again = try succeed("what is printed is no file:\n\(printed)") { try self.document(printed) }
        try same(ConfigurationPrinter.yaml(again.root), printed, "a tree that was printed and read")
        do {
            let normalised = try normalised(document)
            let read = try succeed("what check prints is refused:\n\(normalised)") {
                try self.normalised(try self.document(normalised))
            }
            try same(read, normalised, "what check prints of what it printed")
        } catch let errors as ConfigurationErrors {
            try check(errors, in: bytes)
        } catch let broken as BrokenInvariant {
            throw broken
        } catch {
            throw BrokenInvariant("\(error)")
        }
    }

    private static func document(_ text: String) throws(ConfigurationErrors) -> ConfigurationDocument {
        try ConfigurationDocument(text: text, file: file)
    }

    /// Every fault has a place in the file and says on one line what is wrong.
    private static func check(_ errors: ConfigurationErrors, in bytes: [UInt8]) throws(BrokenInvariant) {
        // YAML has more line breaks than LF, each of at least one byte.
        let lines = bytes.count + 2
        try hold(!errors.errors.isEmpty, "a file is refused without an error")
        for error in errors.errors {
            try hold((1...lines).contains(error.location.line), "no line: \(error)")
            try hold((1...bytes.count + 2).contains(error.location.column), "no column: \(error)")
            try same(error.location.file, file, "the file of an error")
            try hold(!error.message.isEmpty && !error.description.hasControl, "no line for the log: \(error)")
        }
    }

    private static func normalised(_ document: ConfigurationDocument) throws(ConfigurationErrors) -> String {
        try document.read(secrets: .unread) { root in
            let common = CommonConfiguration(from: root.mapping("common"))
            let parts: [(String, any ServiceConfiguration.Type)] = [
                ("frontend", FrontendConfiguration.self), ("directory", DirectoryConfiguration.self),
                ("greylist", GreylistConfiguration.self), ("throttle", ThrottleConfiguration.self),
                ("srs", SRSConfiguration.self), ("reputation", ReputationConfiguration.self),
            ]
            let nodes: [(String, ConfigurationNode?)] = parts.map { name, type in
                (name, type.init(from: root.mapping(name), common: common).normalised())
            }
            return ConfigurationNode(mapping: [("common", common.normalised())] + nodes).yaml()
        }
    }
}
