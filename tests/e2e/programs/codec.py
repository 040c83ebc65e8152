# "encode" or "decode": a server that copies, and notes its starts. "trick" says what it does at the asset "2".
import json, os, shutil, sys
with open(os.path.join(os.path.dirname(sys.argv[0]), "log." + sys.argv[1]), "a") as log:
    log.write("started %d\n" % os.getpid())
for line in sys.stdin:
    request = json.loads(line)
    source, target = (request["input"], request["bitstream"]) if sys.argv[1] == "encode" else (
        request["bitstream"], request["output"])
    if sys.argv[1] == "encode":
        data = open(source, "rb").read()
        if data[13] == 2 and request["trick"] == "die":
            sys.exit("asset two is too much")
        if data[13] == 2 and request["trick"] == "refuse":
            print(json.dumps({"id": request["id"], "error": "not this one"}), flush=True)
            continue
        print("quality", request["quality"], file=sys.stderr)
    shutil.copy(source, target)
    print(json.dumps({"id": request["id"]}), flush=True)
