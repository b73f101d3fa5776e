import Glibc
public import NIOCore

extension AttributeList {
    /// The value of the last attribute called `name`, decoded; nil when there is none.
    ///
    /// Without a `%XX` in it the value is a view of the message, not a copy. The bytes are as the peer sent them: they
    /// may be anything, also invalid UTF-8 or NUL.
    public func bytes(_ name: String) -> ByteBufferView? {
        lastField(name).map { value(of: $0) }
    }

    /// The value as text; invalid UTF-8 is replaced by U+FFFD.
    public func string(_ name: String) -> String? {
        withValue(of: name) { String(decoding: $0, as: UTF8.self) }
    }

    /// The value as a decimal number: digits with at most a `-` before them. Nil when it is absent, anything else, or
    /// too large for an `Int`.
    public func integer(_ name: String) -> Int? {
        withValue(of: name) { DecimalNumber.parse($0) } ?? nil
    }

    /// Calls `body` for every attribute whose name starts with `prefix`, in the order of the message, doubled names
    /// included. `rest` is the name behind the prefix; both are decoded and repaired to valid UTF-8.
    public func forEach(prefix: String, _ body: (_ rest: String, _ value: String) -> Void) {
        let isPlain = withPlainFields { bytes, fields in
            for field in fields {
                let name = field.name(in: bytes)
                guard Self.starts(name, with: prefix) else { continue }
                let rest = UnsafeRawBufferPointer(rebasing: name[prefix.utf8.count...])
                body(String(decoding: rest, as: UTF8.self), String(decoding: field.value(in: bytes), as: UTF8.self))
            }
        }
        if isPlain { return }
        for field in fields {
            let name = name(of: field)
            if name.utf8.starts(with: prefix.utf8) {
                let rest = String(decoding: name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
                body(rest, String(decoding: value(of: field), as: UTF8.self))
            }
        }
    }

    /// Calls `body` with the message and where its attributes lie. Does nothing when something has to be decoded.
    /// - Returns: Whether it did.
    package func withPlainFields(_ body: (UnsafeRawBufferPointer, UnsafeBufferPointer<Field>) -> Void) -> Bool {
        guard !hasEscapes else { return false }
        message.withUnsafeReadableBytes { bytes in fields.withUnsafeBufferPointer { body(bytes, $0) } }
        return true
    }

    /// Whether `bytes` begins with `prefix`.
    static func starts(_ bytes: UnsafeRawBufferPointer, with prefix: String) -> Bool {
        var prefix = prefix
        return prefix.withUTF8 { wanted in
            guard bytes.count >= wanted.count else { return false }
            return equal(bytes, 0..<wanted.count, UnsafeRawBufferPointer(wanted))
        }
    }

    /// How often an attribute called `name` stands in the message.
    public func count(of name: String) -> Int {
        if hasEscapes {
            return fields.count { decodedView($0.nameRange).elementsEqual(name.utf8) }
        }
        var name = name
        return name.withUTF8 { wanted in
            message.withUnsafeReadableBytes { bytes in
                fields.count { AttributeList.equal(bytes, $0.nameRange, UnsafeRawBufferPointer(wanted)) }
            }
        }
    }

    /// The first name that stands a second time; nil when all differ.
    public var hasDuplicateName: String? {
        // Most messages are short, and comparing all pairs of names then costs less than one hash.
        if !hasEscapes, fields.count <= 16, !hasEqualPair { return nil }
        var seen = Set<ByteBufferView>(minimumCapacity: fields.count)
        for field in fields where !seen.insert(decodedView(field.nameRange)).inserted {
            return name(of: field)
        }
        return nil
    }

    /// What `bytes` stands for when every `%XX` is replaced by its byte. A `%` without two hexadecimal digits behind it
    /// stands for itself.
    public static func decode(_ bytes: ByteBufferView) -> ByteBuffer {
        var decoded = ByteBuffer()
        bytes.withUnsafeBytes { PercentEncoding.decode($0, into: &decoded) }
        return decoded
    }
}

extension AttributeList {
    private func withValue<Result>(of name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        guard let field = lastField(name) else { return nil }
        if hasEscapes { return value(of: field).withUnsafeBytes(body) }
        return message.withUnsafeReadableBytes { body(UnsafeRawBufferPointer(rebasing: $0[field.valueRange])) }
    }

    func value(of field: Field) -> ByteBufferView {
        decodedView(field.valueRange)
    }

    func name(of field: Field) -> String {
        String(decoding: decodedView(field.nameRange), as: UTF8.self)
    }

    private var hasEqualPair: Bool {
        message.withUnsafeReadableBytes { bytes in
            for (index, field) in fields.enumerated() {
                let name = UnsafeRawBufferPointer(rebasing: bytes[field.nameRange])
                if fields[..<index].contains(where: { AttributeList.equal(bytes, $0.nameRange, name) }) { return true }
            }
            return false
        }
    }

    private func decodedView(_ range: Range<Int>) -> ByteBufferView {
        let start = message.readerIndex + range.lowerBound
        guard let view = message.viewBytes(at: start, length: range.count) else { return ByteBufferView() }
        guard hasEscapes, view.contains(ASCII.percent) else { return view }
        return ByteBufferView(Self.decode(view))
    }

    private func lastField(_ name: String) -> Field? {
        if hasEscapes {
            return fields.last { decodedView($0.nameRange).elementsEqual(name.utf8) }
        }
        var name = name
        return name.withUTF8 { wanted in
            message.withUnsafeReadableBytes { bytes in
                fields.last { field in
                    AttributeList.equal(bytes, field.nameRange, UnsafeRawBufferPointer(wanted))
                }
            }
        }
    }

    private static func equal(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ wanted: UnsafeRawBufferPointer
    ) -> Bool {
        guard range.count == wanted.count else { return false }
        guard let base = bytes.baseAddress, let other = wanted.baseAddress else { return true }
        return memcmp(base + range.lowerBound, other, wanted.count) == 0
    }
}
