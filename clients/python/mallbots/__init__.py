"""MallBots for Python: `mallbots.wire` speaks Wire, `mallbots.robot` is a robot that speaks it, `mallbots.interop` tries servers."""
