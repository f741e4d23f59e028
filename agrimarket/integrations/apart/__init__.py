"""Everything that was uploaded is opened apart: in a process of its own, with little memory and time (`pool.run`).

Uploads are not trusted. A library that crashes, loops or fills the memory there stops nothing else, and whatever it
raises is one refusal: each kind of file has one function (`pictures`, `pdfs`, `workbooks`), and all of them know one
error, `wire.Refused`.
"""
