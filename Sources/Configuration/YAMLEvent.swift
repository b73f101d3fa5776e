/// One event of libyaml's parser, as far as a configuration needs it.
struct YAMLEvent {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart(hasDirectives: Bool)
        case documentEnd
        case alias
        case scalar(ConfigurationScalar)
        case listStart
        case listEnd
        case mappingStart
        case mappingEnd
    }

    let kind: Kind
    let location: ConfigurationLocation
    var hasAnchor = false
    var hasTag = false
}
