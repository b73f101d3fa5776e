import Greylist
import ServiceRuntime

ServiceProcess.serve("greylist", GreylistConfiguration.self) { configuration, common, log in
    try GreylistService(configuration: configuration, common: common, log: log)
} apply: { service, configuration, common in
    service.apply(configuration, common: common)
}
