import Reputation
import ServiceRuntime

ServiceProcess.serve("reputation", ReputationConfiguration.self) { configuration, common, log in
    try ReputationService(configuration: configuration, common: common, log: log)
} apply: { service, configuration, common in
    service.apply(configuration, common: common)
}
