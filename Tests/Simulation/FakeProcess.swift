import NIOCore
import PostfixProtocol

/// One endpoint of a fake service: a process that may crash, hang, leave and come back. Its socket outlives it.
final class FakeProcess {
    let service: Int
    let endpoint: Int
    var isUp = true
    var isLeaving = false
    var frozenUntil = 0
    /// Grows with each start, so that the work of a dead process is not done by its successor.
    var generation = 1
    /// Connections it serves.
    var connections: [Connection] = []
    /// Connections that wait to be accepted.
    var backlog: [Connection] = []
    var downTime = 0

    init(service: Int, endpoint: Int) {
        self.service = service
        self.endpoint = endpoint
    }
}

/// Two byte streams between the client and a process.
final class Connection {
    let service: Int
    let endpoint: Int
    let number: UInt64
    var clientFramer = AttributeListFramer()
    var clientBuffer = ByteBuffer()
    var serverFramer = AttributeListFramer()
    var serverBuffer = ByteBuffer()
    var isOpenAtClient = true
    var isOpenAtServer = true
    /// What was sent but has not arrived is lost.
    var isCut = false
    /// No byte overtakes another: when the last one sent arrives.
    var lastToServer = 0
    var lastToClient = 0
    var saidHello = false
    var wasGreeted = false
    var inFlight = 0
    var ids: Set<Int> = []
    /// The questions the client wrote to it, by number.
    var questions: [Int] = []
    /// What its process called itself.
    var process = ""
    /// The client read an answer from it.
    var hasAnswered = false
    /// The client read its goodbye, or lost it.
    var hasEnded = false

    init(service: Int, endpoint: Int, number: UInt64) {
        self.service = service
        self.endpoint = endpoint
        self.number = number
    }
}

/// One request being worked on by a process.
final class Work {
    let connection: Connection
    let generation: Int
    let id: Int
    let question: Int
    let list: AttributeList
    var reply = ByteBuffer()

    init(connection: Connection, generation: Int, id: Int, question: Int, list: AttributeList) {
        self.connection = connection
        self.generation = generation
        self.id = id
        self.question = question
        self.list = list
    }
}
