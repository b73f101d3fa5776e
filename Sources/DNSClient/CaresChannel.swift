internal import CCares
internal import DNS
internal import Glibc

/// A channel of c-ares: its sockets to the servers, and the questions it has not answered. Belongs to one thread.
final class CaresChannel {
    /// The largest answer over UDP that is asked for: what no path cuts into pieces (RFC 9715). Larger ones come over
    /// TCP.
    private static let datagramSize: Int32 = 1_232
    private static let attempts: Int32 = 2
    private static let internetClass: Int32 = 1

    private var channel: ares_channel?
    /// Descriptors and what is waited for: `POLLIN`, `POLLOUT`.
    private var interests: [Int32: Int16] = [:]
    private var open: Set<DNSQuestion> = []
    private var isClosing = false
    private let answered: (DNSQuestion, DNSReply) -> Void

    private static let library = ares_library_init(ARES_LIB_INIT_ALL)

    /// Opens a channel; nil when c-ares cannot.
    init?(_ settings: DNSClientSettings, answered: @escaping (DNSQuestion, DNSReply) -> Void) {
        self.answered = answered
        guard Self.library == cares_success else { return nil }
        guard initialise(settings, servers: settings.servers?.count ?? 1) else { return nil }
        if let servers = settings.servers {
            let text = servers.map(\.description).joined(separator: ",")
            guard ares_set_servers_ports_csv(channel, text) == cares_success else { return nil }
        } else if let count = serverCount, count > 1 {
            // Only now it is known among how many servers the time is to be divided.
            ares_destroy(channel)
            guard initialise(settings, servers: count) else { return nil }
        }
    }

    /// Each server is asked twice, the second time for twice as long. An attempt is not shorter than a distant resolver
    /// may need for a difficult name.
    private func initialise(_ settings: DNSClientSettings, servers: Int) -> Bool {
        var options = ares_options()
        options.flags = ARES_FLAG_EDNS
        options.timeout = Int32(clamping: max(settings.queryLimit / (servers * 3), 250))
        options.tries = Self.attempts
        options.ednspsz = Self.datagramSize
        options.sock_state_cb = { data, descriptor, reads, writes in
            guard let data else { return }
            Unmanaged<CaresChannel>.fromOpaque(data).takeUnretainedValue()
                .socketChanged(descriptor, reads: reads != 0, writes: writes != 0)
        }
        options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
        let mask =
            ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB
        return ares_init_options(&channel, &options, mask) == cares_success
    }

    private var serverCount: Int? {
        var first: UnsafeMutablePointer<ares_addr_node>?
        guard ares_get_servers(channel, &first) == cares_success else { return nil }
        defer { ares_free_data(first) }
        return sequence(first: first) { $0?.pointee.next }.prefix { $0 != nil }.reduce(0) { count, _ in count + 1 }
    }

    deinit { _ = close() }

    /// Closes the sockets.
    /// - Returns: The questions that have no answer yet.
    func close() -> Set<DNSQuestion> {
        guard let channel else { return [] }
        isClosing = true
        self.channel = nil
        ares_destroy(channel)
        defer { open = [] }
        return open
    }

    // MARK: - Asking

    private final class Query {
        let channel: CaresChannel
        let question: DNSQuestion

        init(_ channel: CaresChannel, _ question: DNSQuestion) {
            self.channel = channel
            self.question = question
        }
    }

    /// Asks. A name that cannot be written for c-ares is no name of any host.
    func send(_ question: DNSQuestion) {
        guard let name = question.name.caresText else { return answered(question, DNSReply(.noSuchName)) }
        open.insert(question)
        let query = Unmanaged.passRetained(Query(self, question))
        ares_query(
            channel, name, Self.internetClass, Int32(question.type.rawValue),
            { argument, status, _, message, length in
                guard let argument else { return }
                let query = Unmanaged<Query>.fromOpaque(argument).takeRetainedValue()
                query.channel.receive(
                    query.question, status, UnsafeRawBufferPointer(start: message, count: Int(length)))
            }, query.toOpaque())
    }

    private func receive(_ question: DNSQuestion, _ status: Int32, _ message: UnsafeRawBufferPointer) {
        // What a closed channel leaves unanswered is asked again on the next one.
        guard !isClosing else { return }
        open.remove(question)
        answered(question, Self.reply(to: question, status, message))
    }

    private static func reply(
        to question: DNSQuestion, _ status: Int32, _ message: UnsafeRawBufferPointer
    ) -> DNSReply {
        switch status {
        case cares_success, cares_no_data, cares_not_found:
            message.isEmpty ? DNSReply(.noSuchName) : DNSReply(parsing: Array(message), for: question)
        case cares_timeout: DNSReply(.failed(.timedOut))
        case cares_bad_response, cares_bad_name: DNSReply(.failed(.malformed))
        default: DNSReply(.failed(.refused))
        }
    }

    // MARK: - Sockets

    private func socketChanged(_ descriptor: Int32, reads: Bool, writes: Bool) {
        let events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0)
        interests[descriptor] = events == 0 ? nil : Int16(events)
    }

    /// What to wait for.
    func appendDescriptors(to descriptors: inout [pollfd]) {
        for (descriptor, events) in interests {
            descriptors.append(pollfd(fd: descriptor, events: events, revents: 0))
        }
    }

    /// Milliseconds until c-ares has something to do even if nothing comes; nil when nothing is under way.
    var timeout: Int? {
        guard let channel else { return nil }
        var time = timeval()
        guard ares_timeout(channel, nil, &time) != nil else { return nil }
        return time.tv_sec * 1_000 + (Int(time.tv_usec) + 999) / 1_000
    }

    /// Reads and writes what can be, and does what is due.
    func process(_ descriptors: ArraySlice<pollfd>) {
        guard let channel else { return }
        var isIdle = true
        for descriptor in descriptors where descriptor.revents != 0 {
            isIdle = false
            let events = Int32(descriptor.revents)
            let reads = events & (POLLIN | POLLERR | POLLHUP) != 0
            let writes = events & (POLLOUT | POLLERR | POLLHUP) != 0 && descriptor.events & Int16(POLLOUT) != 0
            ares_process_fd(
                channel, reads ? descriptor.fd : ARES_SOCKET_BAD, writes ? descriptor.fd : ARES_SOCKET_BAD)
        }
        if isIdle { ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD) }
    }
}
