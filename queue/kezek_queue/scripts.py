"""Puts the verbs' Lua together to one library of server-side functions: loaded once, then each verb is one FCALL.

The shared fragments (lua/lib/*.lua, in order) and the verbs (lua/<verb>.lua) become one closure that the first call
builds, so that a verb does not pay for what all of them share.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

# A verb's file is a function's body, so that it may return early. A reply kept under the key comes before it; after it
# the matching, then what was changed and what happened.
LIBRARY = """#!lua name={name}
local function build()
{fragments}
local verbs = {}
{verbs}
return function(keys, args)
  local head, asked, key = parts_of(args[1])
  local verb = head[3]
  if keys[1] ~= feed then
    name_keys(keys[1])
  end
  local kept = head[4] ~= '' and key ~= '' and redis.call('GET', key_of('reply', key))
  if kept then
    return kept
  end
  begin(head[1], head[2], asked)
  forget_rules()
  local reply = verbs[verb]()
  if verb == 'snapshot' or verb == 'kept' then
    is_open = false
    return reply
  end
  match()
  write_due()
  write_records()
  write_events()
  reply = reply_text(reply)
  if key ~= '' then
    redis.call('SET', key_of('reply', key), reply, 'EX', reply_ttl)
  end
  forget_records()
  is_open = false
  return reply
end
end
local act
redis.register_function('{name}', function(keys, args)
  act = act or build()
  return act(keys, args)
end)
"""


@dataclass(frozen=True, slots=True)
class Library:
    name: str  # of the library and of its one function; another text has another name, so two versions live together
    text: str


def library() -> Library:
    folder = files(__package__) / "lua"
    fragments = sorted((folder / "lib").iterdir(), key=lambda file: file.name)
    bodies = sorted((file for file in folder.iterdir() if file.name.endswith(".lua")), key=lambda file: file.name)
    shared = "\n".join(file.read_text(encoding="utf-8") for file in fragments)
    texts = {file.name.removesuffix(".lua"): file.read_text(encoding="utf-8") for file in bodies}
    verbs = "\n".join(f"verbs['{verb}'] = function()\n{text}end" for verb, text in texts.items())
    text = LIBRARY.replace("{verbs}", verbs).replace("{fragments}", shared)
    name = f"kezek_{hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:16]}"
    return Library(name, text.replace("{name}", name))
