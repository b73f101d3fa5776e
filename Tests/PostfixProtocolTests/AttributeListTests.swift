import NIOCore
import PostfixProtocol
import Testing

@Suite struct AttributeListTests {
    private func list(_ text: String) throws -> AttributeList {
        try AttributeList(ByteBuffer(string: text))
    }

    @Test(
        arguments: [
            ("protocol=1\n", 1), ("protocol=1\r\n", 1), ("protocol=2\n", 2), ("protocol=\n", nil),
            ("protocol=x\n", nil),
            ("protocol=99999999999999999999\n", nil), ("id=1\nprotocol=1\n", nil), ("x\nprotocol=1\n", nil), ("", nil),
            ("Protocol=1\n", nil),
        ] as [(String, Int?)])
    func version(_ text: String, _ expected: Int?) throws {
        #expect(try list(text).protocolVersion == expected)
    }

    @Test(
        arguments: [
            ("name=value\n", "value"), ("name=a=b\n", "a=b"), ("name=\n", ""), ("name=1\nname=2\n", "2"),
            ("name=value\r\n", "value"), ("name=a\rb\n", "a\rb"), ("name=value", "value"), ("name\n", nil),
            ("nam=1\n", nil),
            ("name2=1\n", nil), (" name=1\n", nil), ("NAME=1\n", nil), ("", nil), ("name=%41\n", "%41"),
            ("protocol=2\nname=%41\n", "%41"), ("protocol=1\nname=%41\n", "A"),
            ("protocol=1\nname=%0a%0D%25%00\n", "\n\r%\0"),
            ("protocol=1\nname=%4\n", "%4"), ("protocol=1\nname=%\n", "%"), ("protocol=1\nname=%zz%4G\n", "%zz%4G"),
            ("protocol=1\nn%61me=x%%41\n", "x%A"), ("protocol=1\nname=%ff\n", "\u{fffd}"),
        ] as [(String, String?)])
    func values(_ text: String, _ expected: String?) throws {
        let value = try list(text).string("name")
        #expect(value.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    }

    @Test func valuesThatNeedNoDecodingAreViewsOfTheMessage() throws {
        let message = ByteBuffer(string: "protocol=1\nname=value\nother=%41\n")
        let list = try AttributeList(message)
        let value = try #require(list.bytes("name"))
        let addresses = value.withUnsafeBytes { value in
            message.withUnsafeReadableBytes { message in (value.baseAddress, message.baseAddress.map { $0 + 16 }) }
        }
        #expect(addresses.0 == addresses.1)
    }

    @Test func aMessageMayStartInTheMiddleOfABuffer() throws {
        var buffer = ByteBuffer(string: "rubbishprotocol=1\nname=%41b\nplain=c\n")
        buffer.moveReaderIndex(forwardBy: 7)
        let list = try AttributeList(buffer)
        #expect(list.protocolVersion == 1)
        #expect(list.string("name") == "Ab")
        #expect(list.string("plain") == "c")
    }

    @Test(
        arguments: [
            ("0", 0), ("17", 17), ("-3", -3), ("007", 7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("", nil), ("-", nil), ("--1", nil),
            ("+1", nil),
            (" 1", nil), ("1 ", nil), ("1.0", nil), ("0x10", nil), ("\u{0661}", nil),
        ] as [(String, Int?)])
    func integers(_ text: String, _ expected: Int?) throws {
        #expect(try list("name=\(text)\n").integer("name") == expected)
    }

    @Test func attributesByPrefix() throws {
        let list = try list("protocol=1\nfact.a=1\nfact.b%25=%0a\nfactory=2\nfact.=3\nfact.a=4\n")
        var found: [String] = []
        list.forEach(prefix: "fact.") { rest, value in found.append("\(rest):\(value)") }
        #expect(found == ["a:1", "b%:\n", ":3", "a:4"])
    }

    @Test func attributesByEmptyPrefix() throws {
        var found: [String] = []
        try list("a=1\nb=%41\n").forEach(prefix: "") { rest, value in found.append("\(rest):\(value)") }
        #expect(found == ["a:1", "b:%41"])
    }

    @Test(
        arguments: [
            ("a=1\nb=1\n", nil), ("a=1\nb=1\na=1\n", "a"), ("a=1\nb=1\nb=2\na=1\n", "b"), ("ab=1\nba=1\nabc=1\n", nil),
            ("protocol=1\na=1\n%61=1\n", "a"), ("a=1\n%61=1\n", nil), ("", nil),
        ] as [(String, String?)])
    func duplicates(_ text: String, _ expected: String?) throws {
        #expect(try list(text).hasDuplicateName == expected)
    }

    @Test(arguments: [("", true), ("no equals sign\n", false), ("a=\n", false)])
    func onlyNoLineAtAllIsEmpty(_ text: String, _ isEmpty: Bool) throws {
        #expect(try list(text).isEmpty == isEmpty)
    }

    /// Short and long lists are searched in different ways.
    @Test(arguments: [2, 15, 16, 17, 40])
    func duplicatesAtAnyLength(_ count: Int) throws {
        let different = (0..<count).map { "name\($0)=1\n" }
        #expect(try list(different.joined()).hasDuplicateName == nil)
        #expect(try list((different + ["name1=2\n"]).joined()).hasDuplicateName == "name1")
    }

    @Test(
        arguments: [
            ("a=1\nab=2\na=3\n", "a", 2), ("ab=1\n", "a", 0), ("", "a", 0), ("protocol=1\n%61=1\na=%41\n", "a", 2),
            ("%61=1\na=1\n", "a", 1),
        ])
    func occurrences(_ text: String, _ name: String, _ expected: Int) throws {
        #expect(try list(text).count(of: name) == expected)
    }

    @Test func countsLinesWithEqualsOnly() throws {
        #expect(try list("protocol=1\nnothing\na=1\na=2\n").count == 3)
    }

    @Test func limitsHoldWithoutAFramer() throws {
        let limits = AttributeListLimits(line: 4, message: 12, attributes: 2)
        func read(_ text: String) throws -> Int { try AttributeList(ByteBuffer(string: text), limits: limits).count }
        #expect(try read("a=12\nb=1\n") == 2)
        #expect(throws: AttributeListError.lineTooLong(limit: 4)) { try read("a=123\n") }
        #expect(throws: AttributeListError.tooManyAttributes(limit: 2)) { try read("a=\nb=\nc=\n") }
        #expect(throws: AttributeListError.messageTooLong(limit: 12)) { try read("a=12\nb=12\nc=1") }
    }

    @Test func decodesEveryPair() {
        for byte in UInt8.min...UInt8.max {
            let hex = String(byte, radix: 16)
            let pair = hex.count == 1 ? "0\(hex)" : hex
            for text in ["%\(pair)", "%\(pair.uppercased())"] {
                let decoded = AttributeList.decode(ByteBuffer(string: text).readableBytesView)
                #expect(Array(decoded.readableBytesView) == [byte])
            }
        }
    }
}
