internal import SQLStore

/// A message to decide and to count.
struct ThrottleOperation: RecordingOperation {
    var key: RecordingKeyBytes?
    var deadline: Int
    var isDryRun: Bool
    var message: ThrottleMessage
    var subjects: [ThrottleSubject]
    var allWildcards: Bool
    var wantsDetails: Bool

    var check: String { ThrottleService.checkName }
}
