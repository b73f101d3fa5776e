internal import MailTypes

/// `password-age`: who has not changed his password for too long sends nothing before he has.
package struct PasswordAge: Sendable, Equatable {
    /// How old a password may be, in days.
    package var days: Int64 = 90
    /// The text after REJECT.
    package var message = Self.shippedMessage
    /// Users and domains whose passwords do not grow old; in lower case.
    package var exempt: Set<String> = []

    /// The text as shipped.
    package static let shippedMessage =
        "Password expired or never changed, please change your password in webmail before sending email"

    /// As shipped.
    package init() {}

    /// Decides.
    package func decide(_ subject: DirectorySubject, _ knowledge: inout Knowledge) -> Decision {
        guard let user = subject.user?.mailbox else { return .none }
        guard !exempt.contains(user.text), !exempt.contains(user.domain.text) else { return .none }
        guard let account = knowledge.account(user) else { return .undecided }
        guard let change = account.user?.passwordChange else { return .none }
        // A directory's days and a database's seconds come to the same.
        let age = Int64(subject.now).subtractingReportingOverflow(change)
        guard age.overflow || age.partialValue >= days * 86_400 else { return .none }
        return .reject(message, reason: "password last changed \(age.partialValue / 86_400) days ago")
    }
}
