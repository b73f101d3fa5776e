internal import CCURL
internal import Configuration
internal import SQLStore

/// GET requests to one web service, many at once; used on one thread only.
final class WebClient {
    private let configuration: MLMMJAdminConfiguration
    private let transfers: UnsafeMutableRawPointer
    private let headers: UnsafeMutablePointer<curl_slist>?
    private var isClosed = false

    /// The longest body that is read, in bytes.
    private static let longestBody = 65_536

    /// What comes in for one request.
    private final class Body {
        let place: Int
        var bytes: [UInt8] = []

        init(place: Int) {
            self.place = place
        }
    }

    init(_ configuration: MLMMJAdminConfiguration) throws {
        guard let transfers = curl_multi_init() else { throw SQLError(.unavailable, "no memory for a connection") }
        self.configuration = configuration
        self.transfers = transfers
        headers = curl_slist_append(nil, "\(configuration.header): \(configuration.token.revealed())")
    }

    deinit {
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        curl_slist_free_all(headers)
        curl_multi_cleanup(transfers)
    }

    /// A path's segment: every byte that is no letter, digit, `-`, `.`, `_` or `~` as `%XX` (RFC 3986).
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [45, 46, 95, 126].contains(byte)
            bytes += isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bodies of paths below the endpoint; each within the time limit, all at once.
    func get(_ paths: [String]) -> [Result<[UInt8], SQLError>] {
        var results = [Result<[UInt8], SQLError>](
            repeating: .failure(SQLError(.unavailable, "no answer")), count: paths.count)
        var bodies: [Body] = []
        var running: Int32 = 0
        for (place, path) in paths.enumerated() {
            let body = Body(place: place)
            bodies.append(body)
            if let transfer = transfer(path, body) { curl_multi_add_handle(transfers, transfer) }
        }
        repeat {
            guard curl_multi_perform(transfers, &running) == CURLM_OK else { break }
            var code = CURLE_OK
            while let transfer = ccurl_next_done(transfers, &code) { take(transfer, code, &results) }
            if running > 0 { curl_multi_poll(transfers, nil, 0, 1_000, nil) }
        } while running > 0
        // The pointers to the bodies end here.
        withExtendedLifetime(bodies) {}
        return results
    }

    private func take(
        _ transfer: UnsafeMutableRawPointer, _ code: CURLcode, _ results: inout [Result<[UInt8], SQLError>]
    ) {
        if let pointer = ccurl_place(transfer) {
            let body = Unmanaged<Body>.fromOpaque(pointer).takeUnretainedValue()
            let status = ccurl_status(transfer)
            if code != CURLE_OK {
                let words = curl_easy_strerror(code).map { String(cString: $0) } ?? "error"
                results[body.place] = .failure(SQLError(.unavailable, words))
            } else if status != 200 {
                results[body.place] = .failure(SQLError(.unavailable, "answered with status \(status)"))
            } else {
                results[body.place] = .success(body.bytes)
            }
        }
        curl_multi_remove_handle(transfers, transfer)
        curl_easy_cleanup(transfer)
    }

    private func transfer(_ path: String, _ body: Body) -> UnsafeMutableRawPointer? {
        guard let transfer = curl_easy_init() else { return nil }
        let context = Unmanaged.passUnretained(body).toOpaque()
        let settings: [CURLcode] = [
            ccurl_set_text(transfer, CURLOPT_URL, configuration.endpoint + path),
            ccurl_set_text(transfer, CURLOPT_PROTOCOLS_STR, "http,https"),
            // No proxy of the environment, no other place to go to.
            ccurl_set_text(transfer, CURLOPT_PROXY, ""),
            ccurl_set_number(transfer, CURLOPT_FOLLOWLOCATION, 0),
            ccurl_set_number(transfer, CURLOPT_NOSIGNAL, 1),
            ccurl_set_number(transfer, CURLOPT_TIMEOUT_MS, configuration.timeout),
            ccurl_set_number(transfer, CURLOPT_SSL_VERIFYPEER, 1),
            ccurl_set_number(transfer, CURLOPT_SSL_VERIFYHOST, 2),
            ccurl_set_text(transfer, CURLOPT_CAINFO, configuration.tlsCAFile),
            ccurl_set_headers(transfer, headers), ccurl_set_place(transfer, context),
            ccurl_set_receiver(transfer, Self.receive, context),
        ]
        guard settings.allSatisfy({ $0 == CURLE_OK }) else {
            curl_easy_cleanup(transfer)
            return nil
        }
        return transfer
    }

    private static let receive: ccurl_receiver = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let body = Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
        let length = size * count
        guard body.bytes.count + length <= longestBody else { return 0 }
        body.bytes += UnsafeRawBufferPointer(start: bytes, count: length)
        return length
    }
}
