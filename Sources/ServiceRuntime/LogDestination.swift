internal import Glibc

/// Where the lines of a ``LogWriter`` go.
public enum LogDestination: String, CaseIterable, Equatable, Sendable {
    /// The journal if systemd connected stderr to it, else syslog if `/dev/log` is there, else stderr.
    case automatic = "auto"
    /// File descriptor 2: with `<N>` before each line if it is the journal's (sd-daemon(3)), else with time and name.
    case standardError = "stderr"
    /// Datagrams to `/dev/log`, as syslog(3) sends them.
    case syslog
    /// The journal's own protocol: sd_journal_sendv(3).
    case journal

    /// What ``automatic`` depends on.
    struct Surroundings: Equatable {
        /// JOURNAL_STREAM names the device and inode of stderr: systemd.exec(5).
        var standardErrorIsJournal: Bool
        /// The journal's socket takes messages from this process.
        var journalIsReachable: Bool
        /// There is a `/dev/log`.
        var syslogIsPresent: Bool

        static func current() -> Surroundings {
            Surroundings(
                standardErrorIsJournal: isJournal(STDERR_FILENO),
                journalIsReachable: access(JournalSink.socketPath, W_OK) == 0,
                syslogIsPresent: access(SyslogSink.standardPath, F_OK) == 0)
        }

        private static func isJournal(_ descriptor: Int32) -> Bool {
            var information = stat()
            guard let stream = getenv("JOURNAL_STREAM"), fstat(descriptor, &information) == 0 else { return false }
            return String(cString: stream) == "\(information.st_dev):\(information.st_ino)"
        }
    }

    /// What ``automatic`` means there; everything else is itself.
    func resolved(in surroundings: Surroundings) -> LogDestination {
        guard self == .automatic else { return self }
        if surroundings.standardErrorIsJournal { return surroundings.journalIsReachable ? .journal : .standardError }
        return surroundings.syslogIsPresent ? .syslog : .standardError
    }

    func sink(identity: LogIdentity, surroundings: Surroundings) -> any LogSink {
        switch resolved(in: surroundings) {
        case .syslog: SyslogSink(identity: identity)
        case .journal: JournalSink(identity: identity)
        case .standardError, .automatic:
            StreamSink(
                descriptor: STDERR_FILENO, layout: surroundings.standardErrorIsJournal ? .journal : .plain,
                identity: identity)
        }
    }
}

/// Who writes: what stands before each line.
struct LogIdentity: Equatable {
    /// `postern/NAME`, as Postfix writes `postfix/smtpd`.
    let tag: String
    let process: Int32
    let facility: LogFacility

    init(name: String, facility: LogFacility, process: Int32 = getpid()) {
        tag = "postern/\(name)"
        self.process = process
        self.facility = facility
    }
}
