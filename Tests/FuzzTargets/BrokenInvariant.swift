/// Something that must be true of a parser and was not.
public struct BrokenInvariant: Error, CustomStringConvertible {
    /// What should have been true, and what was seen instead.
    public let description: String

    /// An invariant in words.
    public init(_ description: String) {
        self.description = description
    }
}

/// Throws unless `condition` holds; `text` says what should have been true.
func hold(_ condition: Bool, _ text: @autoclosure () -> String) throws(BrokenInvariant) {
    guard condition else { throw BrokenInvariant(text()) }
}

/// Throws unless both are equal; `text` says what they are.
func same<Value: Equatable>(_ left: Value, _ right: Value, _ text: String) throws(BrokenInvariant) {
    guard left == right else {
        throw BrokenInvariant("\(text): \(String(reflecting: left)) is not \(String(reflecting: right))")
    }
}

/// Throws unless both are the same bytes. (As `String`s, texts of different Unicode scalars may be equal.)
func same(_ left: String?, _ right: String?, _ text: String) throws(BrokenInvariant) {
    let isSame = left.map { Array($0.utf8) } == right.map { Array($0.utf8) }
    try hold(isSame, "\(text): \(String(reflecting: left)) is not \(String(reflecting: right))")
}

/// Throws unless both are the same texts, byte for byte.
func same(_ left: [String], _ right: [String], _ text: String) throws(BrokenInvariant) {
    try hold(left.map { Array($0.utf8) } == right.map { Array($0.utf8) }, "\(text): \(left) is not \(right)")
}

/// The value, which must not be missing.
func must<Value>(_ value: Value?, _ text: @autoclosure () -> String) throws(BrokenInvariant) -> Value {
    guard let value else { throw BrokenInvariant(text()) }
    return value
}

/// Calls `body`, which must not throw.
func succeed<Value>(_ text: String, _ body: () throws -> Value) throws(BrokenInvariant) -> Value {
    do {
        return try body()
    } catch {
        throw BrokenInvariant("\(text): \(error)")
    }
}

extension String {
    /// Holds a C0 or C1 control or DEL.
    var hasControl: Bool {
        unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
