# What the master is to know of the users: their classes. What they do is the workers' business.
from locust import User


class Visitor(User):
    pass
