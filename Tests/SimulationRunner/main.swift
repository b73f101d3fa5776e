import SimulationCore

await Runner(CommandLine.arguments).run()
