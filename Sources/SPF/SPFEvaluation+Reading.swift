internal import DNS

extension SPFEvaluation {
    /// A record has come, or there is none.
    mutating func receiveRecord(_ answer: DNSAnswer, _ domain: [UInt8], _ name: DNSName, replaces: Bool) -> Step {
        if let failure = answer.failure {
            return finish(.temperror, problem: "\(failure.rawValue) at \(name)")
        }
        let records = answer.texts.filter(SPFRecord.isRecord)
        guard let text = records.first else {
            return frames.isEmpty
                ? finish(.none, problem: "") : finish(.permerror, problem: "\(name) has no SPF record")
        }
        guard records.count == 1 else { return finish(.permerror, problem: "\(name) has several SPF records") }
        do {
            if replaces { frames.removeLast() }
            frames.append(Frame(domain: domain, name: name, record: try SPFRecord(text)))
        } catch {
            return finish(.permerror, problem: "syntax of the record of \(name): \(error.problem)")
        }
        return advance()
    }

    /// Reads on: directive by directive, then the redirect.
    mutating func advance() -> Step {
        while let frame = frames.last {
            if frame.position < frame.record.directives.count {
                if let step = evaluate(frame.record.directives[frame.position], in: frame) { return step }
            } else if let redirect = frame.record.redirect {
                return follow(redirect, in: frame)
            } else if let step = conclude(.neutral, by: nil) {
                return step
            }
        }
        return finish(.permerror, problem: "no record left")
    }

    /// The directive at the position does not match: nil to read on, a step when a record ended with that.
    mutating func settle(isMatch: Bool) -> Step? {
        guard let frame = frames.last, frame.position < frame.record.directives.count else { return nil }
        let directive = frame.record.directives[frame.position]
        let wasVoid = isTermVoid
        isTermVoid = false
        if isMatch { return conclude(directive.result, by: directive) }
        frames[frames.count - 1].position += 1
        return wasVoid ? countVoidTerm() : nil
    }

    /// The same, as the step that comes then.
    mutating func settled(isMatch: Bool) -> Step {
        settle(isMatch: isMatch) ?? advance()
    }

    /// The record in front has a result: section 5.2 says what it means for the one that includes it.
    private mutating func conclude(_ result: SPFResult, by directive: SPFDirective?) -> Step? {
        if directive?.mechanism == .all { passedByAll = true }
        guard frames.count > 1 else { return finish(result, by: directive) }
        frames.removeLast()
        if result != .pass { passedByAll = false }
        return settle(isMatch: result == .pass)
    }

    private mutating func follow(_ redirect: SPFDomainSpec, in frame: Frame) -> Step {
        if lacksReverseNames(redirect.text) { return askForReverseNames(.macro) }
        if let step = countTerm() { return step }
        guard let (domain, name) = target(redirect, in: frame) else {
            return finish(.permerror, problem: "malformed redirect of \(frame.name)")
        }
        if limits.cutsLoops, visited.contains(name) {
            return finish(.permerror, problem: "\(frame.name) redirects in a circle")
        }
        return askForRecord(of: domain, name, replaces: true)
    }

    /// One term more that asks the DNS; a step when that is one too many.
    mutating func countTerm() -> Step? {
        terms += 1
        guard let limit = limits.terms, terms > limit else { return nil }
        return finish(.permerror, problem: "more than \(limit) terms that ask the DNS")
    }

    /// One term more that did not match and for which the DNS had nothing; a step when that is one too many. However many
    /// of its questions had no answer, a term counts once: else each `mx` of a domain without IPv6 would be too much for
    /// a client that has it.
    private mutating func countVoidTerm() -> Step? {
        voidTerms += 1
        guard let limit = limits.voidTerms, voidTerms > limit else { return nil }
        return finish(.permerror, problem: "more than \(limit) terms for which the DNS has nothing")
    }

    /// The domain of a term; nil when what comes out is no name that the DNS could have.
    mutating func target(_ spec: SPFDomainSpec?, in frame: Frame) -> (domain: [UInt8], name: DNSName)? {
        guard let spec else { return (frame.domain, frame.name) }
        note(spec.text)
        let domain = spec.expanded(macroValues(frame))
        return DNSName(domain).map { (domain, $0) }
    }
}
