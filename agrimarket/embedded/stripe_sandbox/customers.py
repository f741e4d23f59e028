"""Customers, as far as payments need them."""

from agrimarket.embedded.stripe_sandbox.errors import Json
from agrimarket.embedded.stripe_sandbox.events import changed, emit
from agrimarket.embedded.stripe_sandbox.params import Params
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import new_id

CUSTOMER = ("address", "description", "email", "metadata", "name", "phone", "preferred_locales", "shipping")


def _customer_fields(params: Params, before: Json) -> Json:
    fields: Json = {name: params.text(name) for name in ("description", "email", "name", "phone") if name in params}
    for name in ("address", "shipping"):
        if name in params:
            fields[name] = params.hash(name).values or None
    if "preferred_locales" in params:
        fields["preferred_locales"] = params.strings("preferred_locales") or []
    return fields | {"metadata": params.metadata(before.get("metadata"))}


@operation("POST", "/v1/customers", *CUSTOMER)
def create_customer(call: Call) -> Json:
    """A customer."""
    body: Json = {
        "id": new_id("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": call.tx.now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": new_id("x")[2:10].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    record = call.tx.insert("customer", call.account, body | _customer_fields(call.params, {}))
    emit(call.tx, "customer.created", record)
    return record.body


@operation("POST", "/v1/customers/{id}", *CUSTOMER)
def update_customer(call: Call) -> Json:
    """Change a customer."""
    record = call.get("customer")
    before = dict(record.body)
    record.body |= _customer_fields(call.params, before)
    call.tx.save(record)
    emit(call.tx, "customer.updated", record, changed(record, before))
    return record.body


@operation("GET", "/v1/customers/{id}")
def retrieve_customer(call: Call) -> Json:
    """A customer."""
    return call.get("customer").body


@operation("GET", "/v1/customers", *LIST, "email")
def list_customers(call: Call) -> Json:
    """Customers, newest first."""
    return call.cursor_list("customer", "/v1/customers", equal=("email",))


@operation("DELETE", "/v1/customers/{id}")
def delete_customer(call: Call) -> Json:
    """Delete a customer."""
    record = call.get("customer")
    call.tx.delete(record)
    emit(call.tx, "customer.deleted", record)
    return {"id": record.id, "object": "customer", "deleted": True}
