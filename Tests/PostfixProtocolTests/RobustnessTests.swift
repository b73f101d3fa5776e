import NIOCore
import PostfixProtocol
import SuiteFixture
import Testing

/// Random bytes from fixed seeds: nothing traps, and nothing depends on how the stream was cut.
@Suite struct RobustnessTests {
    /// What a reader made of a stream: its messages, then the error that ended it.
    private func outcome(_ pieces: [[UInt8]], _ next: (inout ByteBuffer) throws -> ByteBuffer?) -> [String] {
        var found: [String] = []
        do {
            _ = try Delivery.messages(pieces) { buffer in
                let message = try next(&buffer)
                if let message { found.append(message.readableBytesView.map { String($0) }.joined(separator: " ")) }
                return message
            }
        } catch {
            found.append("error: \(error)")
        }
        return found
    }

    @Test func framersDoNotDependOnTheCuts() {
        var generator = SeededGenerator(seed: 1)
        let limits = AttributeListLimits(line: 20, message: 60, attributes: 5)
        for _ in 0..<1_000 {
            let bytes = generator.bytes(upTo: 200)
            for size in [1, 7] {
                let pieces = Delivery.pieces(bytes, of: size)
                var lists = (AttributeListFramer(limits: limits), AttributeListFramer(limits: limits))
                #expect(
                    outcome(pieces) { try lists.0.next(from: &$0) } == outcome([bytes]) { try lists.1.next(from: &$0) })
                var tables = (TCPTableFramer(), TCPTableFramer())
                #expect(
                    outcome(pieces) { try tables.0.next(from: &$0) }
                        == outcome([bytes]) { try tables.1.next(from: &$0) })
                var maps = (SocketmapFramer(limit: 30), SocketmapFramer(limit: 30))
                #expect(
                    outcome(pieces) { try maps.0.next(from: &$0) } == outcome([bytes]) { try maps.1.next(from: &$0) })
            }
        }
    }

    @Test func valuesAreAlwaysValidText() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<1_000 {
            var bytes = Array("request=smtpd_access_policy\n".utf8)
            for attribute in [PolicyAttribute.heloName, .size, .sender] {
                bytes += Array("\(attribute.name)=".utf8) + generator.bytes(upTo: 40) + [0x0a]
            }
            guard let request = try? PolicyRequest(ByteBuffer(bytes: bytes)) else { continue }
            var encoded = ByteBuffer()
            encoded.writeAttribute("protocol", 1)
            request.encodeAttributes(into: &encoded)
            encoded.writeAttribute("request", "smtpd_access_policy")
            for attribute in PolicyAttribute.allCases {
                #expect(String(validating: request[attribute], as: UTF8.self)?.unicodeScalars.contains("\0") == false)
            }
            #expect(request.integer(.size) >= 0)
            #expect(try PolicyRequest(AttributeList(encoded)) == request)
        }
    }

    @Test func readersOfSingleMessagesDoNotTrap() {
        var generator = SeededGenerator(seed: 4)
        var read = 0
        for _ in 0..<2_000 {
            let message = ByteBuffer(bytes: Array("protocol=1\n".utf8) + generator.bytes(upTo: 80))
            guard let list = try? AttributeList(message) else { continue }
            list.forEach(prefix: "") { name, _ in read += list.bytes(name) == nil ? 0 : 1 }
            read += list.hasDuplicateName == nil ? 0 : 1
            read += PolicyRequest(list).isEmpty ? 0 : 1
            let raw = ByteBuffer(bytes: generator.bytes(upTo: 80))
            read += TCPTableRequest(parsing: raw) == .get(key: "") ? 1 : 0
            read += TCPTableReply(parsing: raw) == nil ? 0 : 1
            read += SocketmapRequest(parsing: raw).map.utf8.count
            read += SocketmapReply(parsing: raw) == nil ? 0 : 1
            read += PolicyReply(raw)?.action == nil ? 0 : 1
        }
        #expect(read > 2_000)
    }
}
