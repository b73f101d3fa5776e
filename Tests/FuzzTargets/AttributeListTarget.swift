import NIOCore
import PostfixProtocol

/// Attribute lists, raw and behind `protocol=1`.
public enum AttributeListTarget: FuzzTarget {
    /// `attribute-list`
    public static let name = "attribute-list"

    /// So narrow that a short input reaches every limit.
    private static let narrow = AttributeListLimits(line: 48, message: 160, attributes: 8)

    /// Frames and decodes the bytes, as they are and behind `protocol=1`.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        for stream in [bytes, Message.first + bytes] {
            for limits in [narrow, .standard] {
                try check(stream, limits)
            }
        }
    }

    private static func check(_ bytes: [UInt8], _ limits: AttributeListLimits) throws(BrokenInvariant) {
        let stream = Stream(bytes: bytes, bound: limits.message + limits.line + 1)
        let messages = try stream.messages {
            var framer = AttributeListFramer(limits: limits)
            return { try framer.next(from: &$0) }
        }
        for message in messages {
            let list = try succeed("a framed message is refused") { try AttributeList(message, limits: limits) }
            try checkReading(list)
            try checkWriting(list)
        }
        try checkFraming(bytes, limits, messages)
    }

    /// The framer's own lists are those of the messages it finds.
    private static func checkFraming(
        _ bytes: [UInt8], _ limits: AttributeListLimits, _ messages: [ByteBuffer]
    ) throws(BrokenInvariant) {
        var buffer = ByteBuffer()
        var framer = AttributeListFramer(limits: limits)
        var lists: [AttributeList] = []
        for piece in [bytes.prefix(bytes.count / 2), bytes.suffix(bytes.count - bytes.count / 2)] {
            buffer.writeBytes(piece)
            while let list = (try? framer.nextList(from: &buffer)) ?? nil { lists.append(list) }
        }
        try same(lists.count, messages.count, "the number of lists")
        for (list, message) in zip(lists, messages) {
            let whole = try succeed("a framed message is refused") { try AttributeList(message, limits: limits) }
            let (found, expected) = (attributes(of: list), attributes(of: whole))
            try same(found.map(\.name), expected.map(\.name), "names found by the framer")
            try same(found.map(\.value), expected.map(\.value), "values found by the framer")
            try same(list.protocolVersion, whole.protocolVersion, "the version found by the framer")
        }
    }

    /// All ways to read a list agree.
    private static func checkReading(_ list: AttributeList) throws(BrokenInvariant) {
        let attributes = attributes(of: list)
        try same(attributes.count, list.count, "the number of attributes")
        let last = Dictionary(attributes.map { (Array($0.name.utf8), $0) }) { $1 }
        for (name, value) in last.values where !name.unicodeScalars.contains("\u{fffd}") {
            try same(list.string(name), value, "the last value of \(name.debugDescription)")
            try same(list.integer(name), value.utf8.first == UInt8(ascii: "+") ? nil : Int(value), "a number")
        }
        // Different bytes may become the same text, so only this direction holds.
        try hold(last.count < attributes.count || list.hasDuplicateName == nil, "a name stands twice that does not")
    }

    /// What is written is read again.
    private static func checkWriting(_ list: AttributeList) throws(BrokenInvariant) {
        let attributes = attributes(of: list)
        let again = try Message.sent { buffer in
            for (name, value) in attributes { buffer.writeAttribute(name, value) }
        }
        let read = Self.attributes(of: again).dropFirst()
        try same(read.map(\.name), attributes.map(\.name), "names that were written and read")
        try same(read.map(\.value), attributes.map(\.value), "values that were written and read")
    }

    private static func attributes(of list: AttributeList) -> [(name: String, value: String)] {
        var attributes: [(name: String, value: String)] = []
        list.forEach(prefix: "") { attributes.append(($0, $1)) }
        return attributes
    }
}
