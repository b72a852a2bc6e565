# SPDX-License-Identifier: Apache-2.0
"""reader.py as it stands, many times in one process.

Of all that it uses only the zstd command is replaced, by the library of that name with the same limits: a process for
each frame takes longer than all the rest. Who compares many files asks the command as well, now and then.
"""
import contextlib, ctypes, ctypes.util, io, os, subprocess, sys

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "format-spec", "reader.py")
WINDOW_MAX = 8 << 20
# The buffers of the command. Content that fits the one is decoded without a window, so that the limit is not asked.
IN, OUT = 131075, 131072
CHECKSUM = 201      # ZSTD_c_checksumFlag


class Buffer(ctypes.Structure):
    _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t), ("pos", ctypes.c_size_t)]


class Zstd:
    def __init__(self):
        lib = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
        size, ptr, buffer = ctypes.c_size_t, ctypes.c_void_p, ctypes.POINTER(Buffer)
        for name, result, arguments in (
                ("createDCtx", ptr, []), ("freeDCtx", size, [ptr]), ("isError", ctypes.c_uint, [size]),
                ("DCtx_setMaxWindowSize", size, [ptr, size]), ("decompressStream", size, [ptr, buffer, buffer]),
                ("DCtx_loadDictionary", size, [ptr, ctypes.c_char_p, size]),
                ("createCCtx", ptr, []), ("freeCCtx", size, [ptr]), ("compressBound", size, [size]),
                ("CCtx_setParameter", size, [ptr, ctypes.c_int, ctypes.c_int]),
                ("CCtx_loadDictionary", size, [ptr, ctypes.c_char_p, size]),
                ("compress2", size, [ptr, ctypes.c_char_p, size, ctypes.c_char_p, size])):
            function = getattr(lib, "ZSTD_" + name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        self.out = ctypes.create_string_buffer(OUT)
        self.raw = ctypes.create_string_buffer(IN)

    def decode(self, packed, dictionary, most):
        """what `zstd -dcq` prints, up to about `most` bytes, and whether it went well"""
        context, out = self.createDCtx(), []
        try:
            self.DCtx_setMaxWindowSize(context, WINDOW_MAX)
            if dictionary and self.isError(self.DCtx_loadDictionary(context, dictionary, len(dictionary))):
                return b"", False
            good = self.frames(context, packed, out, most)
            return b"".join(out), good
        finally:
            self.freeDCtx(context)

    def frames(self, context, packed, out, most):
        at = done = 0
        while at < len(packed):
            if len(packed) - at < 4:
                return False
            more = 1
            while more:
                piece = packed[at:at + IN]
                ctypes.memmove(self.raw, piece, len(piece))
                source = Buffer(ctypes.addressof(self.raw), len(piece), 0)
                target = Buffer(ctypes.addressof(self.out), OUT, 0)
                more = self.decompressStream(context, target, source)
                if self.isError(more) or more and not source.pos and not target.pos:
                    return False
                out.append(self.out.raw[:target.pos])
                at, done = at + source.pos, done + target.pos
                if done > most:
                    return False
        return True

    def encode(self, raw, dictionary):
        """a frame as fiche writes them"""
        context, out = self.createCCtx(), ctypes.create_string_buffer(self.compressBound(len(raw)))
        self.CCtx_setParameter(context, CHECKSUM, 1)
        if dictionary:
            self.CCtx_loadDictionary(context, dictionary, len(dictionary))
        size = self.compress2(context, out, len(out), raw, len(raw))
        self.freeCCtx(context)
        return out.raw[:size]


class Command:
    """stands for subprocess.Popen while reader.py runs, and so for the zstd command"""
    zstd = None

    def __init__(self, call, stdin, stdout, stderr):
        assert call[:3] == ["zstd", "-dcq", "--memory=8MiB"] and (len(call) == 3 or call[3] == "-D"), call
        dictionary = b""
        if call[3:]:
            with open(call[4], "rb") as f:
                dictionary = f.read()
        self.packed, self.dictionary, self.returncode, self.stdout = stdin.read(), dictionary, None, self

    def read(self, most):
        out, good = self.zstd.decode(self.packed, self.dictionary, most)
        self.returncode = 0 if good else 1
        return out[:most]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Reader:
    def __init__(self):
        Command.zstd = Zstd()
        sys.path.insert(0, os.path.dirname(PATH))
        with open(PATH, encoding="utf-8") as f:
            self.code = compile(f.read(), PATH, "exec")

    def run(self, *arguments):
        """exit code, output and complaints of `reader.py ARGUMENTS`"""
        out, complaints = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace"), io.StringIO()
        kept, sys.argv, subprocess.Popen = (sys.argv, subprocess.Popen), [PATH, *arguments], Command
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaints):
                exec(self.code, {"__name__": "__main__", "__doc__": ""})
        except SystemExit as e:
            out.flush()
            return e.code, out.buffer.getvalue(), complaints.getvalue()
        finally:
            sys.argv, subprocess.Popen = kept
