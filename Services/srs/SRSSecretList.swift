/// The secrets of a file, in its order: the first that has not ended signs, all that have not ended verify.
///
/// Each line that is not empty is a secret. A tab and `until=YYYY-MM-DD` after it tell the last day on which it counts,
/// by UTC.
public struct SRSSecretList: Sendable, Hashable {
    /// What is wrong with a file; it shows no secret.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// One line for the administrator.
        public let description: String
    }

    /// The secrets.
    public var secrets: [SRSSecret]

    private static let mark = "\tuntil="

    /// Makes a list.
    public init(_ secrets: [SRSSecret]) {
        self.secrets = secrets
    }

    /// Reads a file's text.
    public init(parsing text: String) throws(Fault) {
        secrets = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard !line.isEmpty else { continue }
            let secret = try SRSSecretList.secret(line, number: index + 1)
            guard !secrets.contains(where: { $0.bytes == secret.bytes }) else {
                throw Fault(description: "line \(index + 1) holds a secret that an earlier line holds as well")
            }
            secrets.append(secret)
        }
    }

    private static func secret(_ line: Substring, number: Int) throws(Fault) -> SRSSecret {
        guard let range = line.firstRange(of: mark) else {
            guard let secret = SRSSecret(String(line)) else { throw Fault(description: "line \(number) is empty") }
            return secret
        }
        guard let day = CalendarDay(parsing: line[range.upperBound...]) else {
            throw Fault(description: "line \(number): expected a day such as 2030-12-31 after \"until=\"")
        }
        guard let secret = SRSSecret(String(line[..<range.lowerBound]), lastDay: day.number) else {
            throw Fault(description: "line \(number) has an end and no secret")
        }
        return secret
    }

    /// The file's text: it holds the secrets.
    public func revealed() -> String {
        secrets.map { secret in
            let end = secret.lastDay.map { SRSSecretList.mark + CalendarDay($0).description } ?? ""
            return String(decoding: secret.bytes, as: UTF8.self) + end + "\n"
        }.joined()
    }

    /// The secret that signs on this day.
    public func signing(on day: Int) -> SRSSecret? {
        secrets.first { $0.isValid(on: day) }
    }
}
