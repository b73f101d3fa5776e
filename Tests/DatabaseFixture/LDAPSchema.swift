/// The attributes and classes of iRedMail's schema that Postern looks at, by their names and numbers.
let ldapSchema = """
    attributetype ( 1.3.6.1.4.1.32349.1.2.1.1 NAME 'domainName' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{255} SINGLE-VALUE )
    attributetype ( 1.3.6.1.4.1.32349.1.2.1.3 NAME 'domainStatus' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 SINGLE-VALUE )
    attributetype ( 1.3.6.1.4.1.32349.1.2.1.6 NAME 'domainBackupMX' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 SINGLE-VALUE )
    attributetype ( 1.3.6.1.4.1.32349.1.2.1.19 NAME 'domainAliasName' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{255} )
    attributetype ( 1.3.6.1.4.1.32349.1.2.2.8 NAME 'mailForwardingAddress' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{320} )
    attributetype ( 1.3.6.1.4.1.32349.1.2.2.9 NAME 'accountStatus' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 SINGLE-VALUE )
    attributetype ( 1.3.6.1.4.1.32349.1.2.2.13 NAME 'enabledService' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
    attributetype ( 1.3.6.1.4.1.32349.1.2.2.14 NAME 'memberOfGroup' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{320} )
    attributetype ( 1.3.6.1.4.1.32349.1.2.2.19 NAME 'shadowAddress' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{320} )
    attributetype ( 1.3.6.1.4.1.32349.1.2.2.22 NAME 'mailWhitelistRecipient' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
    attributetype ( 1.3.6.1.4.1.32349.1.2.2.23 NAME 'mailBlacklistRecipient' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
    attributetype ( 1.3.6.1.4.1.32349.1.2.3.1 NAME 'accessPolicy' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 SINGLE-VALUE )
    attributetype ( 1.3.6.1.4.1.32349.1.2.3.3 NAME 'listAllowedUser' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{320} )
    attributetype ( 1.3.6.1.4.1.32349.1.2.3.4 NAME 'listModerator' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{320} )
    attributetype ( 1.3.6.1.4.1.32349.1.2.3.5 NAME 'listOwner' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{320} )
    attributetype ( 1.3.6.1.4.1.15312.2.2.1.9 NAME 'amavisWhitelistSender' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} )
    attributetype ( 1.3.6.1.4.1.15312.2.2.1.10 NAME 'amavisBlacklistSender' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} )
    objectclass ( 1.3.6.1.4.1.32349.1.2.4.1 NAME 'mailDomain' SUP top STRUCTURAL
        MUST ( domainName )
        MAY ( accountStatus $ enabledService $ domainBackupMX $ domainAliasName ) )
    objectclass ( 1.3.6.1.4.1.32349.1.2.4.3 NAME 'mailUser' SUP top AUXILIARY
        MUST ( mail $ uid )
        MAY ( shadowAddress $ mailForwardingAddress $ accountStatus $ domainStatus $
            enabledService $ memberOfGroup $ mailWhitelistRecipient $ mailBlacklistRecipient ) )
    objectclass ( 1.3.6.1.4.1.32349.1.2.4.4 NAME 'mailAlias' SUP top STRUCTURAL
        MUST ( mail )
        MAY ( cn $ mailForwardingAddress $ shadowAddress $ accountStatus $ enabledService $ accessPolicy $
            listModerator $ domainStatus ) )
    objectclass ( 1.3.6.1.4.1.32349.1.2.4.5 NAME 'mailList' SUP top STRUCTURAL
        MUST ( mail )
        MAY ( cn $ accessPolicy $ shadowAddress $ enabledService $ accountStatus $ listAllowedUser $
            listModerator $ listOwner $ memberOfGroup $ domainStatus ) )
    objectclass ( 1.3.6.1.4.1.32349.1.2.4.6 NAME 'mailExternalUser' SUP top STRUCTURAL
        MUST ( memberOfGroup )
        MAY ( mail $ shadowAddress $ accountStatus $ enabledService $ domainStatus ) )
    objectclass ( 1.3.6.1.4.1.15312.2.2.2.1 NAME 'amavisAccount' SUP top AUXILIARY
        MAY ( amavisWhitelistSender $ amavisBlacklistSender ) )

    """
