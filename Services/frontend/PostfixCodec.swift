internal import NIOCore
internal import PostfixProtocol

/// The protocols Postfix speaks to the frontend, behind one face: bytes in, questions out.
enum PostfixCodec {
    /// What Postfix asks.
    enum Question {
        case policy(PolicyRequest)
        case lookup(map: String, key: String)
        /// Answered without asking anybody.
        case answered(ByteBuffer)
    }

    case policy(AttributeListFramer)
    case tcpTable(TCPTableFramer, map: String)
    case socketmap(SocketmapFramer)

    init(_ purpose: ListenerConfiguration.Purpose) {
        switch purpose {
        case .policy: self = .policy(AttributeListFramer())
        case .tcpTable(let map): self = .tcpTable(TCPTableFramer(), map: map)
        case .socketmap: self = .socketmap(SocketmapFramer())
        }
    }

    /// Whether a part of a question has come in.
    var isMidQuestion: Bool {
        switch self {
        case .policy(let framer): framer.isMidMessage
        case .tcpTable(let framer, _): framer.isMidMessage
        case .socketmap(let framer): framer.isMidMessage
        }
    }

    /// The next whole question.
    /// - Throws: what is wrong with the stream; the connection is of no further use.
    mutating func next(from buffer: inout ByteBuffer) throws -> Question? {
        switch self {
        case .policy(var framer):
            defer { self = .policy(framer) }
            guard let message = try framer.next(from: &buffer) else { return nil }
            let request = try PolicyRequest(message)
            return request.isEmpty ? .answered(Self.dunno) : .policy(request)
        case .tcpTable(var framer, let map):
            defer { self = .tcpTable(framer, map: map) }
            guard let line = try framer.next(from: &buffer) else { return nil }
            return Self.question(TCPTableRequest(parsing: line), map: map)
        case .socketmap(var framer):
            defer { self = .socketmap(framer) }
            guard let query = try framer.next(from: &buffer) else { return nil }
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
