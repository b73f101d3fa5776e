internal import CPosternSupport
internal import Glibc

/// Accepts on descriptor 3 and answers one-letter questions.
///
/// `p`: process id and LISTEN_FDNAMES; `h`: how many SIGHUP came; `q`: ends well; `c`: ends badly. A stubborn one
/// ignores SIGTERM.
struct Answering {
    let isStubborn: Bool

    func run() -> Never {
        let signals = isStubborn ? [SIGHUP] : [SIGHUP, SIGTERM]
        if isStubborn { signal(SIGTERM, SIG_IGN) }
        let pipe = postern_signal_pipe_open(signals, signals.count)
        var hangUps = 0
        while true {
            var list = [3, pipe].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&list, 2, -1)
            var number: UInt8 = 0
            while read(pipe, &number, 1) == 1 {
                if number == UInt8(SIGTERM) { exit(0) }
                hangUps += 1
            }
            let connection = accept(3, nil, nil)
            if connection >= 0 { answer(connection, hangUps: hangUps) }
        }
    }

    private func answer(_ connection: Int32, hangUps: Int) {
        defer { close(connection) }
        var question: UInt8 = 0
        guard read(connection, &question, 1) == 1 else { return }
        let names = getenv("LISTEN_FDNAMES").map { String(cString: $0) } ?? ""
        switch question {
        case UInt8(ascii: "p"): reply("\(getpid()) \(names)", to: connection)
        case UInt8(ascii: "h"): reply("\(hangUps)", to: connection)
        case UInt8(ascii: "q"): exit(0)
        default: exit(3)
        }
    }

    private func reply(_ text: String, to connection: Int32) {
        let bytes = Array(text.utf8)
        _ = write(connection, bytes, bytes.count)
    }
}
