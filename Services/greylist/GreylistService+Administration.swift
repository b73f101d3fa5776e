internal import Logging
internal import SQLStore
public import ServiceProtocol

extension GreylistService {
    /// The verbs; `from` and `to` are `@.` when they are not given:
    ///
    ///     list what=settings [to=ACCOUNT]          set what=setting [from=] [to=] active=1|0 [comment=]
    ///     list what=whitelists [to=ACCOUNT]        set what=whitelist [from=] [to=] [comment=]
    ///     list what=whitelist-domains              set what=whitelist-domain from=@DOMAIN
    ///     list what=tracking [client=ADDRESS]      delete what=setting|whitelist [from=] [to=]
    ///     delete what=whitelist-domain from=@DOMAIN
    ///     delete what=tracking client=ADDRESS
    ///
    /// A change shows at once here, and within a second in other processes that use the same database.
    public func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void) {
        let verb: GreylistVerb
        do {
            verb = try GreylistVerb(request)
        } catch {
            return reply(.failed(error.description))
        }
        engine.administer(verb) { [self] result in
            switch result {
            case .success(let answer):
                if !verb.isListing, case .done = answer { log.notice("\(request.auditLine)") }
                reply(answer)
            case .failure(let error): reply(.failed("database: \(error)"))
            case nil: reply(.failed("too much waits for the database"))
            }
        }
    }
}
