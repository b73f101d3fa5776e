import Directory
import ServiceRuntime

ServiceProcess.serve("directory", DirectoryConfiguration.self) { configuration, common, log in
    try DirectoryService(configuration: configuration, common: common, log: log)
} apply: { service, configuration, common in
    service.apply(configuration, common: common)
}
