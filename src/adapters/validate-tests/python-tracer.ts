/** Put on Python's path as `sitecustomize`: notes which lines of the repository ran, and writes them when the process ends. */
export const pythonTracer = `
import atexit, os, sys, threading
_out = os.environ.get("WRIT_TRACE_OUT")
if _out:
    _root = os.getcwd() + os.sep
    _lines = {}
    def _wanted(name):
        return name.startswith(_root) and os.sep + "site-packages" + os.sep not in name and os.sep + ".venv" + os.sep not in name
    def _write():
        try:
            with open(os.path.join(_out, str(os.getpid())), "a") as f:
                for name, lines in list(_lines.items()):
                    f.write(name[len(_root):] + "\\t" + ",".join(str(n) for n in sorted(lines)) + "\\n")
        except OSError:
            pass
    atexit.register(_write)
    if hasattr(sys, "monitoring"):
        _m = sys.monitoring
        _tool = 3
        try:
            _m.use_tool_id(_tool, "writ")
            def _line(code, number):
                name = code.co_filename
                if _wanted(name):
                    _lines.setdefault(name, set()).add(number)
                return _m.DISABLE
            _m.register_callback(_tool, _m.events.LINE, _line)
            _m.set_events(_tool, _m.events.LINE)
        except ValueError:
            pass
    else:
        def _local(frame, event, arg):
            if event == "line":
                _lines.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)
            return _local
        def _trace(frame, event, arg):
            return _local if _wanted(frame.f_code.co_filename) else None
        sys.settrace(_trace)
        threading.settrace(_trace)
`
