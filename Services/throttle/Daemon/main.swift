import ServiceRuntime
import Throttle

ServiceProcess.serve("throttle", ThrottleConfiguration.self) { configuration, common, log in
    try ThrottleService(configuration: configuration, common: common, log: log)
} apply: { service, configuration, common in
    service.apply(configuration, common: common)
}
