import SRS

/// The file with the secrets of SRS.
public enum SRSSecretsTarget: FuzzTarget {
    /// `srs-secrets`
    public static let name = "srs-secrets"

    /// Reads the text as the file; what is read is written and read again as the same.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: bytes, as: UTF8.self)
        let list: SRSSecretList
        do {
            list = try SRSSecretList(parsing: text)
        } catch {
            return try hold(!"\(error)".hasControl, "a fault with control characters")
        }
        let again = try succeed("what was written is read") { try SRSSecretList(parsing: list.revealed()) }
        try same(again, list, "the list of secrets")
        for secret in list.secrets {
            try hold(secret.fingerprint.utf8.count == 16, "a fingerprint of another length")
            guard let day = secret.lastDay else { continue }
            try hold(secret.isValid(on: day) && !secret.isValid(on: day + 1), "a secret that does not end")
            try same(CalendarDay(parsing: CalendarDay(day).description)?.number, day, "a day")
        }
    }
}
