internal import DNS

extension SPFEvaluation {
    /// Asks for the client's reverse names: RFC 7208 section 5.5.
    mutating func askForReverseNames(_ purpose: ReversePurpose) -> Step {
        ask(.pointer(to: query.client), .ptr, for: .reverseNames(for: purpose))
    }

    /// A failure is as good as no name. For a match only names within the domain need to be validated.
    mutating func receiveReverseNames(_ answer: DNSAnswer, _ purpose: ReversePurpose) -> Step {
        let names = answer.names.prefix(limits.reverseNames).filter { name in
            switch purpose {
            case .match(let domain): name.isWithin(domain)
            case .macro: !name.isRoot
            }
        }
        return validate(names[...], purpose, validated: [])
    }

    private mutating func validate(
        _ names: ArraySlice<DNSName>, _ purpose: ReversePurpose, validated: [DNSName]
    ) -> Step {
        guard let name = names.first else { return validationEnded(purpose, validated) }
        let validation = ReverseValidation(
            purpose: purpose, current: name, rest: names.dropFirst(), validated: validated)
        return ask(name, addressType, for: .reverseAddresses(validation))
    }

    mutating func receiveReverseAddresses(_ answer: DNSAnswer, _ validation: ReverseValidation) -> Step {
        let isValid = answer.addresses.contains(query.client)
        if isValid, case .match = validation.purpose { return settled(isMatch: true) }
        let validated = isValid ? validation.validated + [validation.current] : validation.validated
        return validate(validation.rest, validation.purpose, validated: validated)
    }

    private mutating func validationEnded(_ purpose: ReversePurpose, _ validated: [DNSName]) -> Step {
        switch purpose {
        case .match: return settled(isMatch: false)
        case .macro:
            reverseNames = validated
            return ending == nil ? advance() : explain()
        }
    }
}
