internal import CCURL
internal import Configuration
internal import Glibc
internal import Logging
internal import MailTypes
internal import SQLStore
internal import Synchronization

/// Asks mlmmjadmin whether users have subscribed to lists: many questions at once, on a thread of its own. What fails
/// is logged once and counts as no.
final class SubscriberSource: LookupSource {
    private let thread: StoreThread<SubscriberWorker>

    init(_ configuration: MLMMJAdminConfiguration, log: Logger) throws {
        let alarm = StoreAlarm(
            onFailure: { log.error("mlmmjadmin: cannot be asked, nobody counts as subscribed: \($0.message)") },
            onRecovery: { log.notice("mlmmjadmin: answers again") })
        thread = try StoreThread(name: "dir-mlmmjadmin", worker: SubscriberWorker(configuration, alarm))
    }

    func ask(_ lookups: [Lookup], reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void) {
        guard thread.submit(SubscriberWorker.Job(lookups: lookups, reply: reply)) else {
            return reply(lookups.map { ($0, .isSubscriber(false)) })
        }
    }

    func stop() {
        thread.stop()
    }
}

/// Carries the questions out.
struct SubscriberWorker: StoreWorker {
    struct Job: Sendable {
        var lookups: [Lookup]
        var reply: @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void
    }

    private let configuration: MLMMJAdminConfiguration
    private let alarm: StoreAlarm
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(_ configuration: MLMMJAdminConfiguration, _ alarm: StoreAlarm) {
        self.configuration = configuration
        self.alarm = alarm
    }

    mutating func open() throws -> WebClient {
        guard Self.isReady else { throw SQLError(.unavailable, "libcurl cannot be used") }
        return try WebClient(configuration)
    }

    mutating func run(_ jobs: [Job], on connection: WebClient) -> StoreHealth {
        let lookups = jobs.flatMap(\.lookups)
        let results = connection.get(lookups.map(path))
        var answers: [Lookup: Answer] = [:]
        for (lookup, result) in zip(lookups, results) {
            switch result {
            case .success(let body):
                alarm.worked()
                answers[lookup] = .isSubscriber(SubscriberAnswer.isYes(body))
            case .failure(let error):
                alarm.failed(error)
                answers[lookup] = .failed("mlmmjadmin: \(error.message)")
            }
        }
        for job in jobs { job.reply(job.lookups.map { ($0, answers[$0] ?? .isSubscriber(false)) }) }
        return .sound
    }

    private func path(_ lookup: Lookup) -> String {
        guard case .subscriber(let list, let user) = lookup.question else { return "" }
        return "/\(WebClient.encode(list.text))/has_subscriber/\(WebClient.encode(user.text))"
    }

    mutating func refuse(_ jobs: [Job], because error: SQLError) {
        for job in jobs { job.reply(job.lookups.map { ($0, .failed("mlmmjadmin: \(error.message)")) }) }
    }

    mutating func tend(_ connection: WebClient, isQuiet: Bool) -> StoreHealth { .sound }

    mutating func close(_ connection: WebClient) {
        connection.close()
    }
}

/// mlmmjadmin's answer: a JSON object whose member `_success` is true.
enum SubscriberAnswer {
    static func isYes(_ body: [UInt8]) -> Bool {
        let text = body.filter { !($0 == 0x20 || $0 == 9 || $0 == 10 || $0 == 13) }
        let wanted = Array("\"_success\":true".utf8)
        guard text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}"), text.count >= wanted.count else {
            return false
        }
        return text.indices.contains { start in
            guard text[start...].starts(with: wanted), let before = text[..<start].last else { return false }
            return before == UInt8(ascii: "{") || before == UInt8(ascii: ",")
        }
    }
}
