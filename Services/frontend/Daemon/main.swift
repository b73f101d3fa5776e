import Frontend
import ServiceRuntime

ServiceProcess.run("frontend") { environment in
    try FrontendRole(environment: environment)
}
