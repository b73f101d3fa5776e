import Configuration
import Testing

/// A text with what reading it must say; an empty text in `errors` means that it is read without a fault.
struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let errors: String

    init(_ text: String, _ errors: String) {
        self.text = text
        self.errors = errors
    }

    var testDescription: String {
        text
    }

    /// The errors of reading the text with the given reader, one a line.
    func outcome(_ read: (ConfigurationMapping) -> Void) -> String {
        do throws(ConfigurationErrors) {
            try ConfigurationDocument(text: text, file: "f").read(secrets: .unread, read)
            return ""
        } catch {
            return error.description
        }
    }
}
