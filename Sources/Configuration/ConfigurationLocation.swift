/// A place in a configuration file, as an editor counts it.
public struct ConfigurationLocation: Sendable, Hashable {
    /// The file's name as it was given to the reader.
    public let file: String
    /// The line, from 1; 0 when the error is about the file and not about a place in it.
    public let line: Int
    /// The column in characters (Unicode scalars), from 1; 0 together with `line` 0.
    public let column: Int

    /// A place in a file; `line` and `column` count from 1.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// The file itself, for errors that have no line, such as a file that cannot be opened.
    public init(file: String) {
        self.init(file: file, line: 0, column: 0)
    }

    /// The place of a node that was made by the program and not read from a file.
    public static let generated = ConfigurationLocation(file: "")
}

extension ConfigurationLocation: CustomStringConvertible {
    /// `FILE:LINE:COLUMN`, or `FILE` alone when there is no line.
    public var description: String {
        line == 0 ? file : "\(file):\(line):\(column)"
    }
}

extension ConfigurationLocation: Comparable {
    /// Orders by file name, then line, then column.
    public static func < (left: ConfigurationLocation, right: ConfigurationLocation) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}
