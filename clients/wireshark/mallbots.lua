-- MallBots Wire for Wireshark and tshark, decoded from decrypted TLS (ALPN mallbots/1).
-- README.md beside this file says how to use it; docs/protocol.md is what it decodes.

local wire = Proto("mallbots", "MallBots Wire")

local CODES = {
    [0] = "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}
-- No frame is larger than this in any sane setting; a larger length means that these bytes are not Wire.
local MAX_FRAME = 64 * 1024 * 1024

local f = {
    length = ProtoField.uint32("mallbots.length", "Length"),
    stream = ProtoField.uint32("mallbots.stream", "Stream"),
    kind = ProtoField.string("mallbots.kind", "Kind"),
    final = ProtoField.bool("mallbots.end", "End (half-close)"),
    method = ProtoField.string("mallbots.method", "Method"),
    timeout = ProtoField.uint32("mallbots.timeout_ms", "Timeout (ms)"),
    code = ProtoField.uint32("mallbots.code", "Code", base.DEC, CODES),
    text = ProtoField.string("mallbots.text", "Text"),
    payload = ProtoField.bytes("mallbots.message", "Message"),
    payload_length = ProtoField.uint32("mallbots.message.length", "Message length"),
    credit = ProtoField.uint32("mallbots.credit", "Credit (bytes)"),
    opaque = ProtoField.uint64("mallbots.ping.opaque", "Opaque", base.HEX),
    ack = ProtoField.bool("mallbots.ping.ack", "Answer"),
    last_stream = ProtoField.uint32("mallbots.goaway.last_stream", "Last stream"),
    reconnect = ProtoField.uint32("mallbots.goaway.reconnect_after_ms", "Reconnect after (ms)"),
    min_version = ProtoField.uint32("mallbots.hello.min_version", "Least version"),
    max_version = ProtoField.uint32("mallbots.hello.max_version", "Greatest version"),
    max_frame = ProtoField.uint32("mallbots.hello.max_frame_bytes", "Greatest frame (bytes)"),
    initial_credit = ProtoField.uint32("mallbots.hello.initial_credit_bytes", "Initial credit (bytes)"),
    max_streams = ProtoField.uint32("mallbots.hello.max_streams", "Calls at once"),
    keepalive = ProtoField.uint32("mallbots.hello.keepalive_ms", "Keepalive (ms)"),
    agent = ProtoField.string("mallbots.hello.agent", "Agent"),
    metadata = ProtoField.string("mallbots.metadata", "Metadata"),
    metadata_key = ProtoField.string("mallbots.metadata.key", "Key"),
    metadata_value = ProtoField.string("mallbots.metadata.value", "Value"),
    metadata_binary = ProtoField.bytes("mallbots.metadata.binary_value", "Binary value"),
}
local fields = {}
for _, each in pairs(f) do fields[#fields + 1] = each end
wire.fields = fields

local broken = ProtoExpert.new("mallbots.broken", "Not a Wire frame", expert.group.MALFORMED, expert.severity.ERROR)
local failed = ProtoExpert.new("mallbots.failed", "Ended with an error", expert.group.RESPONSE_CODE, expert.severity.NOTE)
wire.experts = { broken, failed }

local tcp_stream = Field.new("tcp.stream")
local found, protobuf = pcall(Dissector.get, "protobuf")

-- What each call is: methods[connection .. stream id] = { method, client }. Ids are never used again, so that this holds
-- when packets are looked at again in any order.
local methods = {}
function wire.init() methods = {} end

-- A varint as its number (exact up to 2^53), its low and high 32 bits, and where the next byte is; nil when it is cut off.
local function varint(tvb, at, stop)
    local value, low, high, shift = 0, 0, 0, 0
    while at < stop and shift < 70 do
        local byte = tvb(at, 1):uint()
        local bits = byte % 128
        value = value + bits * 2 ^ shift
        if shift < 28 then
            low = low + bits * 2 ^ shift
        elseif shift == 28 then
            low = low + (bits % 16) * 2 ^ 28
            high = math.floor(bits / 16)
        elseif shift < 63 then
            high = high + bits * 2 ^ (shift - 32)
        else
            high = high + (bits % 2) * 2 ^ 31
        end
        at, shift = at + 1, shift + 7
        if byte < 128 then return value, at, low, high % 2 ^ 32 end
    end
end

-- Calls visit(number, range, value, low, high) for each field of a protobuf message; false when it is malformed.
-- A varint has a value; a length-delimited field only a range.
local function each_field(tvb, from, stop, visit)
    local at = from
    while at < stop do
        local start = at
        local tag, value, low, high
        tag, at = varint(tvb, at, stop)
        if not tag then return false end
        local number, kind = math.floor(tag / 8), tag % 8
        if number == 0 then return false end
        if kind == 0 then
            value, at, low, high = varint(tvb, at, stop)
            if not value then return false end
            visit(number, tvb(start, at - start), value, low, high)
        elseif kind == 2 then
            value, at = varint(tvb, at, stop)
            if not value or at + value > stop then return false end
            visit(number, value > 0 and tvb(at, value) or tvb(start, at - start), nil, at, value)
            at = at + value
        elseif kind == 1 or kind == 5 then
            at = at + (kind == 1 and 8 or 4)
            if at > stop then return false end
        else
            return false
        end
    end
    return true
end

local function text(tvb, at, length) return length > 0 and tvb(at, length):string(ENC_UTF_8) or "" end
local function number32(value) return value % 2 ^ 32 end

-- Fields of the same shapes: { field number = { proto field, "number" | "text" } }.
local function simple(tvb, at, length, tree, shapes)
    local seen = {}
    local ok = each_field(tvb, at, at + length, function(number, range, value, from, size)
        local shape = shapes[number]
        if not shape then return end
        if type(shape) == "function" then
            shape(from, size, range)
        elseif value and shape[2] == "number" then
            seen[number] = number32(value)
            tree:add(shape[1], range, seen[number])
        elseif value and shape[2] == "bool" then
            seen[number] = value ~= 0
            tree:add(shape[1], range, seen[number])
        elseif not value and shape[2] == "text" then
            seen[number] = text(tvb, from, size)
            tree:add(shape[1], range, seen[number])
        end
    end)
    return seen, ok
end

local function metadata(tvb, tree)
    return function(at, length, range)
        local item = tree:add(f.metadata, range, "")
        local seen = {}
        each_field(tvb, at, at + length, function(number, inner, value, from, size)
            if value then return end
            if number == 1 then
                seen.key = text(tvb, from, size)
                item:add(f.metadata_key, inner, seen.key)
            elseif number == 2 then
                seen.value = text(tvb, from, size)
                item:add(f.metadata_value, inner, seen.value)
            elseif number == 3 and size > 0 then
                seen.value = tostring(inner:bytes())
                item:add(f.metadata_binary, inner)
            end
        end)
        item:set_text(string.format("Metadata: %s: %s", seen.key or "", seen.value or ""))
    end
end

-- Codes are absent when they are 0: the tree says OK all the same.
local function status(seen, number, tree)
    local code = seen[number] or 0
    if not seen[number] then tree:add(f.code, code):set_generated() end
    if code ~= 0 then tree:add_proto_expert_info(failed) end
    return CODES[code] or tostring(code)
end

local kinds = {}

kinds[2] = { "message", function(tvb, at, length, tree, frame, pinfo, root)
    tree:add(f.payload_length, length):set_generated()
    local known = methods[frame.key]
    if known then tree:add(f.method, known.method):set_generated() end
    if length > 0 then
        tree:add(f.payload, tvb(at, length))
        if known and found then
            local client = known.client == tostring(pinfo.src) .. ":" .. pinfo.src_port
            -- What the gRPC dissector would say: the protobuf dissector finds the type by the method, if it has the .proto files.
            pinfo.private["pb_msg_type"] = "application/grpc," .. known.method .. "," .. (client and "request" or "response")
            pcall(protobuf.call, protobuf, tvb(at, length):tvb(), pinfo, root)
        end
    end
    return string.format("%d bytes", length)
end }

kinds[3] = { "hello", function(tvb, at, length, tree)
    local seen = simple(tvb, at, length, tree, {
        [1] = { f.min_version, "number" }, [2] = { f.max_version, "number" }, [3] = { f.max_frame, "number" },
        [4] = { f.initial_credit, "number" }, [5] = { f.max_streams, "number" }, [6] = { f.keepalive, "number" },
        [7] = { f.agent, "text" },
    })
    return seen[7] or ""
end }

kinds[4] = { "open", function(tvb, at, length, tree, frame, pinfo)
    local seen = simple(tvb, at, length, tree, {
        [1] = { f.method, "text" }, [2] = { f.timeout, "number" }, [3] = metadata(tvb, tree),
    })
    if not pinfo.visited or not methods[frame.key] then
        methods[frame.key] = { method = seen[1] or "", client = tostring(pinfo.src) .. ":" .. pinfo.src_port }
    end
    return seen[1] or ""
end }

kinds[5] = { "headers", function(tvb, at, length, tree)
    simple(tvb, at, length, tree, { [1] = metadata(tvb, tree) })
    return ""
end }

kinds[6] = { "status", function(tvb, at, length, tree, frame)
    if methods[frame.key] then tree:add(f.method, methods[frame.key].method):set_generated() end
    local seen = simple(tvb, at, length, tree, {
        [1] = { f.code, "number" }, [2] = { f.text, "text" }, [3] = metadata(tvb, tree),
    })
    return status(seen, 1, tree)
end }

kinds[7] = { "reset", function(tvb, at, length, tree, frame)
    if methods[frame.key] then tree:add(f.method, methods[frame.key].method):set_generated() end
    local seen = simple(tvb, at, length, tree, { [1] = { f.code, "number" }, [2] = { f.text, "text" } })
    return status(seen, 1, tree)
end }

kinds[8] = { "credit", function(tvb, at, length, tree)
    local seen = simple(tvb, at, length, tree, { [1] = { f.credit, "number" } })
    return string.format("%d", seen[1] or 0)
end }

kinds[9] = { "ping", function(tvb, at, length, tree)
    local ack = false
    each_field(tvb, at, at + length, function(number, range, value, low, high)
        if number == 1 and value then
            tree:add(f.opaque, range, UInt64(low, high))
        elseif number == 2 and value then
            ack = value ~= 0
            tree:add(f.ack, range, ack)
        end
    end)
    return ack and "answer" or ""
end }

kinds[10] = { "go_away", function(tvb, at, length, tree)
    local seen = simple(tvb, at, length, tree, {
        [1] = { f.last_stream, "number" }, [2] = { f.code, "number" }, [3] = { f.text, "text" }, [4] = { f.reconnect, "number" },
    })
    return status(seen, 2, tree)
end }

-- One whole frame: its length at `at`, its bytes behind it.
local function dissect_frame(tvb, at, length, pinfo, root)
    local tree = root:add(wire, tvb(at, 4 + length), "MallBots Wire")
    tree:add(f.length, tvb(at, 4))
    local from, stop = at + 4, at + 4 + length
    local frame = { stream = 0, final = false }
    local ok = each_field(tvb, from, stop, function(number, range, value, start, size)
        if number == 1 and value then
            frame.stream, frame.stream_range = number32(value), range
        elseif number == 15 and value then
            frame.final, frame.final_range = value ~= 0, range
        elseif kinds[number] and not value then
            frame.kind, frame.start, frame.size = kinds[number], start, size -- of several, the last
        end
    end)
    if not ok then
        tree:add_proto_expert_info(broken, "Not an encoding of a Frame")
        return "broken frame"
    end
    local connection = tcp_stream()
    frame.key = string.format("%s/%d", connection and tostring(connection) or "", frame.stream)
    if frame.stream_range then
        tree:add(f.stream, frame.stream_range, frame.stream)
    else
        tree:add(f.stream, 0):set_generated()
    end
    local name = frame.kind and frame.kind[1] or (frame.final and "end" or "none")
    tree:add(f.kind, tvb(from, length), name)
    local about = ""
    if frame.kind then about = frame.kind[2](tvb, frame.start, frame.size, tree, frame, pinfo, root) end
    if frame.final then tree:add(f.final, frame.final_range, true) end
    local info = name
    if frame.stream > 0 then info = string.format("%s[%d]", info, frame.stream) end
    if about ~= "" then info = info .. " " .. about end
    if frame.final and frame.kind then info = info .. " end" end
    tree:append_text(", " .. info)
    return info
end

function wire.dissector(tvb, pinfo, root)
    pinfo.cols.protocol = "Wire"
    local at, size, infos = 0, tvb:len(), {}
    while at < size do
        local left = size - at
        if left < 4 then
            pinfo.desegment_offset, pinfo.desegment_len = at, DESEGMENT_ONE_MORE_SEGMENT
            break
        end
        local length = tvb(at, 4):uint()
        if length == 0 or length > MAX_FRAME then
            root:add(wire, tvb(at)):add_proto_expert_info(broken, string.format("A length of %d", length))
            infos[#infos + 1] = "broken frame"
            at = size
            break
        end
        if left < 4 + length then
            pinfo.desegment_offset, pinfo.desegment_len = at, 4 + length - left
            break
        end
        infos[#infos + 1] = dissect_frame(tvb, at, length, pinfo, root)
        at = at + 4 + length
    end
    if #infos > 0 then
        -- A packet may carry several TLS records, and comes here once for each.
        local info = table.concat(infos, ", ")
        if pinfo.private["mallbots_info"] then info = pinfo.private["mallbots_info"] .. ", " .. info end
        pinfo.private["mallbots_info"] = info
        pinfo.cols.info:set(info)
    end
    return size
end

-- TLS finds the dissector by the protocol that the two sides agreed on; the port is for captures without that.
DissectorTable.get("tls.alpn"):add("mallbots/1", wire)
DissectorTable.get("tls.port"):add_for_decode_as(wire)
