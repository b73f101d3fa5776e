import SRS
import ServiceRuntime

ServiceProcess.serve("srs", SRSConfiguration.self) { configuration, common, log in
    try SRSService(configuration: configuration, common: common, log: log)
} apply: { service, configuration, common in
    service.apply(configuration, common: common)
}
