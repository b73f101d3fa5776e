internal import NIOCore
internal import PostfixProtocol

/// The protocols Postfix speaks to the frontend, behind one face: bytes in, questions out.
struct PostfixCodec {
    /// What Postfix asks.
    enum Question {
        case policy(PolicyRequest)
        case lookup(map: String, key: String)
        /// Answered without asking anybody.
        case answered(ByteBuffer)
    }

    private let purpose: ListenerConfiguration.Purpose
    /// One of them is used. In an enumeration it would be copied with each question, and what it remembers with it.
    private var requests = AttributeListFramer()
    private var lines = TCPTableFramer()
    private var queries = SocketmapFramer()

    init(_ purpose: ListenerConfiguration.Purpose) {
        self.purpose = purpose
    }

    /// Whether a part of a question has come in.
    var isMidQuestion: Bool {
        switch purpose {
        case .policy: requests.isMidMessage
        case .tcpTable: lines.isMidMessage
        case .socketmap: queries.isMidMessage
        }
    }

    /// The next whole question.
    /// - Throws: what is wrong with the stream; the connection is of no further use.
    mutating func next(from buffer: inout ByteBuffer) throws -> Question? {
        switch purpose {
        case .policy:
            guard let request = try requests.nextRequest(from: &buffer) else { return nil }
            return request.isEmpty ? .answered(Self.dunno) : .policy(request)
        case .tcpTable(let map):
            guard let line = try lines.next(from: &buffer) else { return nil }
            return Self.question(TCPTableRequest(parsing: line), map: map)
        case .socketmap:
            guard let query = try queries.next(from: &buffer) else { return nil }
            return Self.question(SocketmapRequest(parsing: query))
        }
    }

    private static func question(_ request: TCPTableRequest, map: String) -> Question {
        switch request {
        case .get(let key): return .lookup(map: map, key: key)
        case .invalid(let line):
            var answer = ByteBuffer()
            TCPTableReply.notFound("Unexpected input: \(line)").encode(into: &answer)
            return .answered(answer)
        }
    }

    private static func question(_ request: SocketmapRequest) -> Question {
        var answer = ByteBuffer()
        guard let key = request.key else {
            SocketmapReply.permanent("a query is a map's name, a space and a key").encode(into: &answer)
            return .answered(answer)
        }
        guard CheckCatalog.lookupWants[request.map] != nil else {
            SocketmapReply.permanent("there is no map \(request.map)").encode(into: &answer)
            return .answered(answer)
        }
        guard request.isExact else {
            SocketmapReply.notFound.encode(into: &answer)
            return .answered(answer)
        }
        return .lookup(map: request.map, key: key)
    }

    private static let dunno: ByteBuffer = {
        var buffer = ByteBuffer()
        PolicyAction.dunno.encode(into: &buffer)
        return buffer
    }()
}
