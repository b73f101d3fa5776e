internal import CCares
internal import DNS
internal import Glibc

/// What the client's thread does: hands questions to c-ares, waits for its descriptors, and gives up what takes too long.
final class DNSClientLoop {
    /// How often somebody may be told at most that his time is up, in milliseconds.
    private static let shortestWait = 5

    private let shared: DNSClientState
    private var channel: CaresChannel?
    /// Of the settings that the channel was opened with.
    private var generation = -1
    private var watch = ResolverFileWatch()

    init(_ shared: DNSClientState) {
        self.shared = shared
    }

    /// Runs until the client is stopped.
    func run() {
        while true {
            let work = shared.takeWork()
            guard !work.isStopped else { break }
            open(work)
            for question in work.questions { send(question) }
            wait(until: shared.nextDeadline)
            shared.expire(now: DNSClient.now)
        }
        _ = channel?.close()
        channel = nil
        shared.failAll()
    }

    /// Opens a channel when there is none, or when it was opened with what no longer holds; then what is under way is
    /// asked again.
    private func open(_ work: DNSClientState.Work) {
        let isOutdated = work.settings.servers == nil && !work.questions.isEmpty && watch.hasChanged(now: DNSClient.now)
        guard channel == nil || generation != work.generation || isOutdated else { return }
        let unanswered = channel?.close() ?? []
        generation = work.generation
        channel = CaresChannel(work.settings) { [shared] question, reply in
            shared.land(question, reply, now: DNSClient.now)
        }
        for question in unanswered { send(question) }
    }

    private func send(_ question: DNSQuestion) {
        guard let channel else {
            return shared.land(question, DNSReply(.failed(.refused)), now: DNSClient.now)
        }
        channel.send(question)
    }

    private func wait(until deadline: Int?) {
        let untilDeadline = deadline.map { max($0 - DNSClient.now, Self.shortestWait) }
        var descriptors = [pollfd(fd: shared.wake.reading, events: Int16(POLLIN), revents: 0)]
        channel?.appendDescriptors(to: &descriptors)
        let timeout = [untilDeadline, channel?.timeout].compactMap { $0 }.min()
        let ready = poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: timeout ?? -1))
        if ready > 0, descriptors[0].revents != 0 { shared.wake.clear() }
        channel?.process(ready > 0 ? descriptors[1...] : [])
    }
}
